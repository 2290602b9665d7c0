namespace VirtualBox.Tests;

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealMachineTests(RealVirtualBox real) : MachineContract(real);

[Collection(SimulatedInstallation.Name)]
public sealed class SimulatedMachineTests(SimulatedInstallation simulated) : MachineContract(simulated);

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealDeviceTests(RealVirtualBox real) : DeviceContract(real);

[Collection(SimulatedInstallation.Name)]
public sealed class SimulatedDeviceTests(SimulatedInstallation simulated) : DeviceContract(simulated);

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealCloneTests(RealVirtualBox real) : CloneContract(real);

[Collection(SimulatedInstallation.Name)]
public sealed class SimulatedCloneTests(SimulatedInstallation simulated) : CloneContract(simulated);

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealNetworkTests(RealVirtualBox real) : NetworkContract(real);

[Collection(SimulatedInstallation.Name)]
public sealed class SimulatedNetworkTests(SimulatedInstallation simulated) : NetworkContract(simulated);

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealNatForwardTests(RealVirtualBox real) : NatForwardContract(real);

[Collection(SimulatedInstallation.Name)]
public sealed class SimulatedNatForwardTests(SimulatedInstallation simulated) : NatForwardContract(simulated);

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealRawDiskTests(RealVirtualBox real) : RawDiskContract(real);

[Collection(SimulatedInstallation.Name)]
public sealed class SimulatedRawDiskTests(SimulatedInstallation simulated) : RawDiskContract(simulated);

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealRemoteDisplayTests(RealVirtualBox real) : RemoteDisplayContract(real);

[Collection(SimulatedInstallation.Name)]
public sealed class SimulatedRemoteDisplayTests(SimulatedInstallation simulated) : RemoteDisplayContract(simulated);

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealScreenshotTests(RealVirtualBox real) : ScreenshotContract(real);

[Collection(SimulatedInstallation.Name)]
public sealed class SimulatedScreenshotTests(SimulatedInstallation simulated) : ScreenshotContract(simulated);

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealGuestTests(RealVirtualBox real) : GuestContract(real);

[Collection(SimulatedInstallation.Name)]
public sealed class SimulatedGuestTests(SimulatedInstallation simulated) : GuestContract(simulated);

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealHostTests(RealVirtualBox real) : HostContract(real);

[Collection(SimulatedInstallation.Name)]
public sealed class SimulatedHostTests(SimulatedInstallation simulated) : HostContract(simulated);

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealFilesTests(RealVirtualBox real) : FilesContract(real);

[Collection(SimulatedInstallation.Name)]
public sealed class SimulatedFilesTests(SimulatedInstallation simulated) : FilesContract(simulated);

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealTroubleTests(RealVirtualBox real) : TroubleContract(real);

[Collection(SimulatedInstallation.Name)]
public sealed class SimulatedTroubleTests(SimulatedInstallation simulated) : TroubleContract(simulated);

[Collection(RealVirtualBox.Name)]
[Trait("Category", "Long")]
public sealed class RealTranscriptTests(RealVirtualBox real) : TranscriptContract(real);

[Collection(SimulatedInstallation.Name)]
public sealed class SimulatedTranscriptTests(SimulatedInstallation simulated) : TranscriptContract(simulated);
