namespace Libvirt.Tests;

[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class SecretTests(Qemu qemu)
{
    [Fact]
    public void IsDefinedFoundByWhatItIsForAndUndefined()
    {
        var uuid = Guid.NewGuid();
        var usage = $"/volumes/{uuid}";
        using (var secret = qemu.Connect.SecretDefineXML($"<secret ephemeral='yes' private='no'><uuid>{uuid}</uuid><usage type='volume'><volume>{usage}</volume></usage></secret>"))
        {
            Assert.Equal((uuid, SecretUsageType.Volume, usage), (secret.GetUUID(), secret.GetUsageType(), secret.GetUsageID()));
            Assert.Contains(secret.GetUUIDString(), qemu.Connect.ListSecrets());
            using (var found = qemu.Connect.LookupSecretByUsage(SecretUsageType.Volume, usage))
                Assert.Equal(uuid, found.GetUUID());
            var listed = qemu.Connect.ListAllSecrets(ConnectListAllSecretsFlags.Ephemeral);
            Assert.Contains(listed, s => s.GetUUID() == uuid);
            foreach (var one in listed)
                one.Dispose();
            secret.Undefine();
        }
        Assert.Equal(ErrorNumber.NoSecret, Assert.Throws<LibvirtException>(() => qemu.Connect.LookupSecretByUUID(uuid)).Code);
    }

    [Fact]
    public void TheInventedDriverHasNone() =>
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => qemu.To(Driver.Test).NumOfSecrets()).Code);
}
