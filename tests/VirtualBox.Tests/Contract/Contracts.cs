namespace VirtualBox.Tests;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealMachineTests(RealVirtualBox real) : MachineContract(real);

public sealed class SimulatedMachineTests(SimulatedInstallation simulated) : MachineContract(simulated), IClassFixture<SimulatedInstallation>;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealDeviceTests(RealVirtualBox real) : DeviceContract(real);

public sealed class SimulatedDeviceTests(SimulatedInstallation simulated) : DeviceContract(simulated), IClassFixture<SimulatedInstallation>;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealCloneTests(RealVirtualBox real) : CloneContract(real);

public sealed class SimulatedCloneTests(SimulatedInstallation simulated) : CloneContract(simulated), IClassFixture<SimulatedInstallation>;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealNetworkTests(RealVirtualBox real) : NetworkContract(real);

public sealed class SimulatedNetworkTests(SimulatedInstallation simulated) : NetworkContract(simulated), IClassFixture<SimulatedInstallation>;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealNatForwardTests(RealVirtualBox real) : NatForwardContract(real);

public sealed class SimulatedNatForwardTests(SimulatedInstallation simulated) : NatForwardContract(simulated), IClassFixture<SimulatedInstallation>;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealRawDiskTests(RealVirtualBox real) : RawDiskContract(real);

public sealed class SimulatedRawDiskTests(SimulatedInstallation simulated) : RawDiskContract(simulated), IClassFixture<SimulatedInstallation>;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealRemoteDisplayTests(RealVirtualBox real) : RemoteDisplayContract(real);

public sealed class SimulatedRemoteDisplayTests(SimulatedInstallation simulated) : RemoteDisplayContract(simulated), IClassFixture<SimulatedInstallation>;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealScreenshotTests(RealVirtualBox real) : ScreenshotContract(real);

public sealed class SimulatedScreenshotTests(SimulatedInstallation simulated) : ScreenshotContract(simulated), IClassFixture<SimulatedInstallation>;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealGuestTests(RealVirtualBox real) : GuestContract(real);

public sealed class SimulatedGuestTests(SimulatedInstallation simulated) : GuestContract(simulated), IClassFixture<SimulatedInstallation>;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealHostTests(RealVirtualBox real) : HostContract(real);

public sealed class SimulatedHostTests(SimulatedInstallation simulated) : HostContract(simulated), IClassFixture<SimulatedInstallation>;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealFilesTests(RealVirtualBox real) : FilesContract(real);

public sealed class SimulatedFilesTests(SimulatedInstallation simulated) : FilesContract(simulated), IClassFixture<SimulatedInstallation>;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealTroubleTests(RealVirtualBox real) : TroubleContract(real);

public sealed class SimulatedTroubleTests(SimulatedInstallation simulated) : TroubleContract(simulated), IClassFixture<SimulatedInstallation>;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealTranscriptTests(RealVirtualBox real) : TranscriptContract(real);

public sealed class SimulatedTranscriptTests(SimulatedInstallation simulated) : TranscriptContract(simulated), IClassFixture<SimulatedInstallation>;
