using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Cli.Doctor;
using Broker.Core.Database;
using Broker.Core.Directory;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Users;

namespace Broker.Cli.Tests.Doctor;

/// <summary>Every check, in good health and in bad.</summary>
public class JudgementTests
{
    private static readonly LocalUser Qemu = new("libvirt-qemu", 64055, [64055, 105]);
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-21T12:00:00Z", null);

    [Theory]
    [InlineData(null, null, Health.Ok, "")]
    [InlineData("There is no setting lease_minutes.", null, Health.Failed, "mend /etc/broker/broker.json")]
    [InlineData(null, "frontend.urls is empty.", Health.Failed, "systemctl restart")]
    public void Settings(string? backEnd, string? frontEnd, Health health, string remedy) =>
        Is(health, remedy, SettingsFileCheck.Judge("/etc/broker/broker.json", backEnd, frontEnd));

    [Theory]
    [InlineData("10.11.14-MariaDB-0+deb12u2", Health.Ok)]
    [InlineData("11.4.2-MariaDB", Health.Ok)]
    [InlineData("10.6.18-MariaDB-ubu2004", Health.Failed)]
    [InlineData("8.0.39", Health.Failed)]
    [InlineData(null, Health.Failed)]
    public void Database(string? version, Health health) => Is(health, "mariadb-server", DatabaseAnswers.Judge(version));

    [Theory]
    [InlineData(1, true, false, 0, Health.Ok, "")]
    [InlineData(1, true, true, 1, Health.Ok, "")]
    [InlineData(2, true, false, 0, Health.Warning, "innodb_flush_log_at_trx_commit = 1")]
    [InlineData(1, false, false, 0, Health.Warning, "innodb_doublewrite")]
    [InlineData(1, true, true, 0, Health.Warning, "sync_binlog = 1")]
    public void Durability(int flush, bool doublewrite, bool binlog, long sync, Health health, string remedy) => Is(health, remedy, DurabilityCheck.Judge(flush, doublewrite, binlog, sync));

    [Theory]
    [InlineData(0.02, Health.Ok)]
    [InlineData(-0.9, Health.Ok)]
    [InlineData(3, Health.Warning)]
    [InlineData(-120, Health.Failed)]
    public void Clocks(double seconds, Health health) => Is(health, "timedatectl", ClockCheck.Judge(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, Health.Ok)]
    [InlineData(60, Health.Warning)]
    public void TimeZone(int minutes, Health health) => Is(health, "time_zone", TimeZoneCheck.Judge(minutes));

    [Theory]
    [InlineData(16, "STRICT_TRANS_TABLES,NO_ZERO_DATE", "utf8mb4", Health.Ok, "")]
    [InlineData(16, "", "utf8mb4", Health.Failed, "STRICT_TRANS_TABLES")]
    [InlineData(16, "STRICT_ALL_TABLES", "latin1", Health.Warning, "utf8mb4")]
    [InlineData(1, "STRICT_TRANS_TABLES", "utf8mb4", Health.Warning, "max_allowed_packet")]
    public void ServerSettings(int packetMib, string mode, string charset, Health health, string remedy) => Is(health, remedy, LimitsCheck.Judge((long)packetMib << 20, mode, charset));

    [Fact]
    public void Tables()
    {
        var applied = new MigrationState("0001_users.sql", Now, null);
        Is(Health.Ok, "", MigrationsCheck.Judge([applied]));
        Is(Health.Failed, "broker db migrate", MigrationsCheck.Judge([applied, new MigrationState("0002_nodes.sql", null, null)]));
        Is(Health.Failed, "broker db status", MigrationsCheck.Judge([applied with { Problem = "It has changed." }]));
    }

    [Theory]
    [InlineData("GRANT ALL PRIVILEGES ON `broker`.* TO `broker_backend`@`localhost`", Health.Ok, "")]
    [InlineData("GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION", Health.Warning, "an account of its own")]
    [InlineData("GRANT SELECT, INSERT ON `broker`.* TO `x`@`%`", Health.Failed, "GRANT ALL ON broker.*")]
    [InlineData("GRANT ALL PRIVILEGES ON `other`.* TO `x`@`%`", Health.Failed, "GRANT ALL ON broker.*")]
    public void BackEndsAccount(string grant, Health health, string remedy) => Is(health, remedy, BackEndAccountCheck.Judge("x@%", Rights.Read(["GRANT USAGE ON *.* TO `x`@`%`", grant], "broker"), "broker"));

    [Fact]
    public void RightsAreReadTableByTableAndColumnByColumn() => Assert.Equal(
        ["DELETE display_tickets", "INSERT display_tickets", "SELECT *", "UPDATE domains.alias", "UPDATE domains.is_public"],
        Rights.Read(
        [
            "GRANT USAGE ON *.* TO `fe`@`%` IDENTIFIED BY PASSWORD '*00'",
            "GRANT SELECT ON `my\\_broker`.* TO `fe`@`%`",
            "GRANT INSERT, DELETE ON `my_broker`.`display_tickets` TO `fe`@`%`",
            "GRANT UPDATE (`is_public`, `alias`) ON `my_broker`.`domains` TO `fe`@`%`",
            "GRANT DELETE ON `another`.`domains` TO `fe`@`%`",
        ], "my_broker"));

    [Fact]
    public void FrontEndsAccount()
    {
        var listed = FrontEndAccountCheck.Listed;
        Assert.Contains("SELECT *", listed);
        Assert.Contains("UPDATE domains.is_public", listed);
        Is(Health.Ok, "", FrontEndAccountCheck.Judge("fe@%", listed, listed));
        Is(Health.Failed, "install.sh system", FrontEndAccountCheck.Judge("fe@%", listed.Append("UPDATE users.name").ToHashSet(), listed));
        Is(Health.Failed, "install.sh system", FrontEndAccountCheck.Judge("fe@%", listed.Skip(1).ToHashSet(), listed));
    }

    [Theory]
    [InlineData(0, 0, 0, 0, Health.Ok, "")]
    [InlineData(3, 2, 0, 7, Health.Ok, "")]
    [InlineData(40, 300, 0, 0, Health.Warning, "backend.lanes")]
    [InlineData(1, 0, 1, 0, Health.Failed, "systemctl restart broker-backend")]
    public void Queue(long open, double oldest, long lost, long failed, Health health, string remedy) => Is(health, remedy, QueueCheck.Judge(open, oldest, lost, failed));

    [Fact]
    public void Administrators()
    {
        var ada = new UserRow { Id = 1, Name = "ada", DisplayName = "Ada", IsAdmin = true, PasswordHash = "x" };
        Is(Health.Ok, "", AdministratorsCheck.Judge([ada]));
        Is(Health.Failed, "first-admin-link", AdministratorsCheck.Judge([ada with { IsDisabled = true }, ada with { IsAdmin = false }, ada with { PasswordHash = null }]));
    }

    [Fact]
    public void Hosts()
    {
        var up = new NodeRow { Id = 1, Name = "here", Manager = VmManagerKind.Libvirt, Uri = "qemu:///system", State = NodeState.Up };
        Is(Health.Ok, "", NodesCheck.Judge([up, up with { IsEnabled = false, State = NodeState.Down }]));
        Is(Health.Failed, "broker nodes add", NodesCheck.Judge([]));
        Is(Health.Failed, "broker nodes show there", NodesCheck.Judge([up, up with { Name = "there", State = NodeState.Down, Detail = "It is silent." }]));
    }

    [Fact]
    public void BackEnds()
    {
        var here = new BackEndRow { Id = Guid.NewGuid(), Host = "one", Process = 7, Version = "1.0.0", Lanes = default, IsAlive = true };
        var gone = here with { Host = "two", IsAlive = false };
        Is(Health.Ok, "", BackEndsCheck.Judge([here, gone]));
        Is(Health.Failed, "systemctl start broker-backend", BackEndsCheck.Judge([]));
        Is(Health.Failed, "systemctl start broker-backend", BackEndsCheck.Judge([gone]));
        Is(Health.Warning, "install.sh system", BackEndsCheck.Judge([here, here with { Version = "0.9.0" }]));
    }

    [Theory]
    [InlineData(true, true, "3770", Health.Ok, "")]
    [InlineData(false, false, "0000", Health.Warning, "systemctl restart broker-backend")]
    [InlineData(true, false, "3770", Health.Warning, "ls -ld")]
    [InlineData(true, true, "0777", Health.Warning, "chmod o-w")]
    public void Doorbells(bool exists, bool canHang, string mode, Health health, string remedy) => Is(health, remedy, DoorbellCheck.Judge("/run/broker/doorbell", exists, canHang, Mode(mode)));

    [Theory]
    [InlineData("0660", 0, 105, Health.Ok, "")]
    [InlineData("0600", 0, 0, Health.Failed, "chgrp kvm /dev/kvm")]
    [InlineData("0660", 0, 0, Health.Failed, "chgrp kvm /dev/kvm")]
    [InlineData("0600", 64055, 0, Health.Ok, "")]
    [InlineData("0666", 0, 0, Health.Warning, "chmod 0660")]
    public void KvmDevice(string mode, uint user, uint group, Health health, string remedy) => Is(health, remedy, KvmDeviceCheck.Judge(Mode(mode, user, group), "kvm", Qemu));

    [Fact]
    public void KvmDeviceThatIsMissingOrMeantForNobody()
    {
        Is(Health.Warning, "modprobe", KvmDeviceCheck.Judge(null, "", Qemu));
        Is(Health.NotApplicable, "", KvmDeviceCheck.Judge(Mode("0660"), "root", null));
    }

    [Theory]
    [InlineData(null, "libvirt-qemu kvm", Health.Ok, "")]
    [InlineData(null, "libvirt-qemu", Health.Warning, "usermod -aG kvm")]
    [InlineData("root", "libvirt-qemu kvm", Health.Failed, "qemu.conf")]
    public void QemuUser(string? configured, string groups, Health health, string remedy)
    {
        var names = groups.Split(' ');
        Is(health, remedy, QemuUserCheck.Judge(configured, Qemu with { Groups = [.. Enumerable.Range(0, names.Length).Select(i => (uint)i)] }, id => names[id]));
    }

    [Fact]
    public void QemuUserThatIsMissing() => Is(Health.Failed, "reinstall", QemuUserCheck.Judge(null, null, _ => ""));

    [Theory]
    [InlineData("user = \"qemu\"\n", "qemu")]
    [InlineData("#user = \"root\"\nuser=\"a\"\nuser = \"b\"", "b")]
    [InlineData("# nothing", null)]
    public void SettingsOfLibvirtAreRead(string text, string? expected) => Assert.Equal(expected, QemuUserCheck.Setting(text, "user"));

    [Theory]
    [InlineData("flags\t\t: fpu vmx ssse3", "Y\n", Health.Ok, "")]
    [InlineData("flags\t\t: fpu svm hypervisor", "0\n", Health.Ok, "")]
    [InlineData("flags\t\t: fpu hypervisor", null, Health.Warning, "nested")]
    [InlineData("flags\t\t: fpu ssse3", null, Health.Warning, "firmware")]
    public void Processor(string cpuinfo, string? nested, Health health, string remedy) => Is(health, remedy, ProcessorCheck.Judge("processor\t: 0\n" + cpuinfo + "\n", nested));

    [Theory]
    [InlineData(true, true, null, Health.Ok, "")]
    [InlineData(false, true, null, Health.Warning, "apparmor=1")]
    [InlineData(true, false, null, Health.Warning, "reinstall")]
    [InlineData(true, true, "none", Health.Warning, "security_driver")]
    public void AppArmor(bool enabled, bool profile, string? driver, Health health, string remedy) => Is(health, remedy, AppArmorCheck.Judge(enabled, profile, driver));

    [Theory]
    [InlineData("0770", 110, Health.Ok, "")]
    [InlineData("0777", 0, Health.Warning, "unix_sock_group")]
    [InlineData(null, 0, Health.Warning, "libvirtd.socket")]
    public void LibvirtSocket(string? mode, uint group, Health health, string remedy) => Is(health, remedy, LibvirtSocketCheck.Judge(mode is null ? null : Mode(mode, 0, group), "libvirt"));

    [Theory]
    [InlineData("systemd", Health.Ok)]
    [InlineData("tini", Health.Ok)]
    [InlineData("bash", Health.Warning)]
    [InlineData(null, Health.Warning)]
    public void FirstProcess(string? name, Health health) => Is(health, "--init", ReaperCheck.Judge(name));

    [Theory]
    [InlineData("1", Health.Ok)]
    [InlineData("0", Health.Warning)]
    [InlineData(null, Health.Warning)]
    public void Forwarding(string? forward, Health health) => Is(health, "net.ipv4.ip_forward=1", ForwardingCheck.Judge(forward));

    [Theory]
    [InlineData("/usr/sbin/xtables-nft-multi", "", Health.Ok, "")]
    [InlineData("/usr/sbin/iptables-nft", "filter\nnat\n", Health.Warning, "iptables-legacy-save")]
    [InlineData("/usr/sbin/iptables-legacy", "filter\n", Health.Warning, "update-alternatives")]
    [InlineData(null, null, Health.Warning, "apt-get install iptables")]
    public void Iptables(string? program, string? oldTables, Health health, string remedy) => Is(health, remedy, IptablesCheck.Judge(program, oldTables));

    [Theory]
    [InlineData("/run/broker/displays", "2770", 58, Health.Ok, "")]
    [InlineData("/run/broker/displays", "0770", 58, Health.Warning, "chmod g+s")]
    [InlineData("/run/broker/displays", "2775", 58, Health.Failed, "chmod 2770")]
    [InlineData("/run/broker/displays", "2770", 108, Health.Failed, "shared.run")]
    [InlineData("/var/lib/libvirt/qemu/broker", "2770", 70, Health.Failed, "shared.run")]
    public void DisplayFolder(string folder, string mode, int length, Health health, string remedy) => Is(health, remedy, DisplayFolderCheck.Judge(folder, Mode(mode), length, hasSystemd: true));

    [Fact]
    public void DisplayFolderThatIsMissing() => Is(Health.Warning, "start the back end", DisplayFolderCheck.Judge("/run/broker/displays", null, 58, hasSystemd: false));

    [Theory]
    [InlineData(true, "a b", "a b", Health.Ok)]
    [InlineData(true, "a b", "a", Health.Failed)]
    [InlineData(true, "", "", Health.NotApplicable)]
    [InlineData(false, "a b", "", Health.NotApplicable)]
    public void Units(bool systemd, string installed, string running, Health health) => Is(health, "systemctl enable --now b",
        UnitsCheck.Judge(systemd, installed.Split(' ', StringSplitOptions.RemoveEmptyEntries), running.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Theory]
    [InlineData(-1, 90, "desk.example.org", Health.Ok, "")]
    [InlineData(-1, 90, "desk", Health.Ok, "")]
    [InlineData(-1, 10, "desk.example.org", Health.Warning, "renew")]
    [InlineData(-90, -1, "desk.example.org", Health.Failed, "renew")]
    [InlineData(1, 90, "desk.example.org", Health.Failed, "timedatectl")]
    [InlineData(-1, 90, "other.example.org", Health.Warning, "frontend.public_origins")]
    public void Certificate(int fromDays, int untilDays, string host, Health health, string remedy)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=desk.example.org", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("desk.example.org");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(Now.AddDays(fromDays), Now.AddDays(untilDays));
        Is(health, remedy, CertificateCheck.Judge("certificate.pem", certificate, [host], Now));
    }

    [Theory]
    [InlineData("0400", Health.Ok, "")]
    [InlineData("0640", Health.Failed, "chmod 600")]
    [InlineData(null, Health.Failed, "frontend.key_file")]
    public void CertificateKey(string? mode, Health health, string remedy) => Is(health, remedy, CertificateKeyCheck.Judge("key.pem", mode is null ? null : Mode(mode)));

    [Theory]
    [InlineData("0600", "secret\n", Health.Ok, "")]
    [InlineData("0640", "secret", Health.Failed, "chmod 600 /etc/broker/secrets/ldap-password")]
    [InlineData("0600", "\n", Health.Failed, "put the secret there")]
    [InlineData(null, null, Health.Failed, "put the secret there")]
    public void SignInSecrets(string? mode, string? text, Health health, string remedy) => Is(health, remedy, SignInSecretsCheck.Judge(
    [
        ("openid.client_secret_file", "/etc/broker/secrets/openid-client-secret", Mode("0400"), "another"),
        ("ldap.bind_password_file", "/etc/broker/secrets/ldap-password", mode is null ? null : Mode(mode), text),
    ]));

    [Fact]
    public void WithoutADirectoryAndAProviderThereAreNoSecrets() => Is(Health.NotApplicable, "", SignInSecretsCheck.Judge([]));

    [Fact]
    public void HostAnswer()
    {
        var request = new RequestRow { Id = 7, Command = "check_node", Args = default, State = RequestState.Done, Lane = Lane.Quick, UserId = 1 };
        Is(Health.Ok, "", HostAnswers.Judge(request, Report(), TimeSpan.FromSeconds(10)));
        Is(Health.Warning, "libvirtd", HostAnswers.Judge(request, Report() with { AnswerMs = 4000 }, TimeSpan.FromSeconds(10)));
        Is(Health.Failed, "libvirtd", HostAnswers.Judge(request with { State = RequestState.Failed, ErrorText = "It is silent." }, null, TimeSpan.FromSeconds(10)));
        Is(Health.Failed, "systemctl status broker-backend", HostAnswers.Judge(request with { State = RequestState.Requested }, null, TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData("9.0.0", "7.2.22", Health.Ok)]
    [InlineData("8.0.0", "7.2.22", Health.Warning)]
    [InlineData("9.0.0", "6.2.0", Health.Warning)]
    public void HostVersions(string libvirt, string qemu, Health health) =>
        Is(health, "apt-get install", new HostVersionsCheck().Judge(Report(("libvirt_version", libvirt), ("hypervisor_version", qemu))));

    [Theory]
    [InlineData("35", Health.Ok)]
    [InlineData("4034", Health.Failed)]
    public void HostProbe(string ms, Health health) => Is(health, "chgrp kvm /dev/kvm", new HostProbeCheck().Judge(Report(("probe_ms", ms))));

    [Theory]
    [InlineData("apparmor, dac", Health.Ok)]
    [InlineData("none, dac", Health.Warning)]
    [InlineData("", Health.Warning)]
    public void HostSecurity(string models, Health health) => Is(health, "AppArmor", new HostSecurityCheck().Judge(Report(("security_models", models))));

    [Theory]
    [InlineData("", Health.Ok)]
    [InlineData("conntrack can't be started: No such file or directory.", Health.Warning)]
    public void HostClients(string untracked, Health health) => Is(health, "modprobe nf_conntrack", new HostClientsCheck().Judge(Report(("untracked", untracked))));

    [Fact]
    public void WhatAHostDoesNotKnowIsNotHeldAgainstIt()
    {
        var report = Report() with { Manager = VmManagerKind.Simulated };
        foreach (var check in (IHostCheck[])[new HostVersionsCheck(), new HostProbeCheck(), new HostSecurityCheck(), new HostClientsCheck()]) Is(Health.NotApplicable, "", check.Judge(report));
    }

    [Theory]
    [InlineData(50, null, Health.Ok, "")]
    [InlineData(10, null, Health.Warning, "larger")]
    [InlineData(2, null, Health.Failed, "larger")]
    [InlineData(50, "Permission denied.", Health.Failed, "let the back end's user in")]
    public void HostPool(long freeGib, string? problem, Health health, string remedy) =>
        Is(health, remedy, new HostPoolCheck().Judge(Report() with
        {
            Storage = [.. Report().Storage, new("fast", new FolderReport("/pool", problem, 0, freeGib << 30, 100L << 30))],
        }));

    [Theory]
    [InlineData("0750", 50, Health.Ok, "")]
    [InlineData("0750", 1, Health.Warning, "larger")]
    [InlineData("0777", 50, Health.Failed, "chmod o-w /library")]
    public void HostLibrary(string mode, long freeGib, Health health, string remedy) =>
        Is(health, remedy, new HostLibraryCheck().Judge(Report() with { Library = new FolderReport("/library", null, Convert.ToInt32(mode, 8), freeGib << 30, 100L << 30) }));

    [Theory]
    [InlineData(58, null, Health.Ok, "")]
    [InlineData(108, null, Health.Failed, "shared.run")]
    [InlineData(58, "Not found.", Health.Failed, "systemctl restart broker-backend")]
    public void HostDisplays(int length, string? problem, Health health, string remedy) =>
        Is(health, remedy, new HostDisplaysCheck().Judge(Report() with { LongestSocketPath = length, Displays = new FolderReport("/run/broker/displays", problem, 0, 1, 1) }));

    [Theory]
    [InlineData(null, Health.NotApplicable, "")]
    [InlineData("", Health.Ok, "")]
    [InlineData("/srv/vm/\n/library/a.iso", Health.Failed, "chmod o+x /srv/vm && chmod o+r /library/a.iso")]
    public void HostQemuReads(string? closed, Health health, string remedy) =>
        Is(health, remedy, new HostQemuReadsCheck().Judge(closed is null ? Report() : Report(("closed_to_qemu", closed))));

    [Fact]
    public void Directory()
    {
        var now = TimeProvider.System.GetUtcNow();
        ProbeResult fine = new(null, null, "one", now.AddDays(90)), down = new("It can't be reached.", "nc -vz one 636", null, null);
        Is(Health.Ok, "", DirectoryCheck.Judge([("one", fine), ("two", fine)], now));
        Is(Health.Warning, "nc -vz", DirectoryCheck.Judge([("one", fine), ("two", down)], now));
        Is(Health.Failed, "nc -vz", DirectoryCheck.Judge([("one", down)], now));
        Is(Health.Warning, "renewed", DirectoryCheck.Judge([("one", fine)], now.AddDays(80)));
    }

    [Fact]
    public void EveryCheckHasAJudgementTestHere()
    {
        var tested = typeof(JudgementTests).GetMethods().Select(m => m.Name).ToList();
        // Hosts tells nodes from the checks of one host; the others are called as people call them
        var called = new Dictionary<string, string>
        {
            ["settings"] = nameof(Settings),
            ["database"] = nameof(Database),
            ["database_durability"] = nameof(Durability),
            ["database_clock"] = nameof(Clocks),
            ["database_time_zone"] = nameof(TimeZone),
            ["database_limits"] = nameof(ServerSettings),
            ["migrations"] = nameof(Tables),
            ["database_backend_account"] = nameof(BackEndsAccount),
            ["database_frontend_account"] = nameof(FrontEndsAccount),
            ["queue"] = nameof(Queue),
            ["directory"] = nameof(Directory),
            ["administrators"] = nameof(Administrators),
            ["nodes"] = nameof(Hosts),
            ["back_ends"] = nameof(BackEnds),
            ["doorbell"] = nameof(Doorbells),
            ["kvm_device"] = nameof(KvmDevice),
            ["qemu_user"] = nameof(QemuUser),
            ["processor"] = nameof(Processor),
            ["apparmor"] = nameof(AppArmor),
            ["libvirt_socket"] = nameof(LibvirtSocket),
            ["reaper"] = nameof(FirstProcess),
            ["ip_forward"] = nameof(Forwarding),
            ["iptables"] = nameof(Iptables),
            ["display_folder"] = nameof(DisplayFolder),
            ["units"] = nameof(Units),
            ["certificate"] = nameof(Certificate),
            ["certificate_key"] = nameof(CertificateKey),
            ["sign_in_secrets"] = nameof(SignInSecrets),
            ["host_answers"] = nameof(HostAnswer),
            ["host_versions"] = nameof(HostVersions),
            ["host_probe"] = nameof(HostProbe),
            ["host_security"] = nameof(HostSecurity),
            ["host_clients"] = nameof(HostClients),
            ["host_pool"] = nameof(HostPool),
            ["host_library"] = nameof(HostLibrary),
            ["host_displays"] = nameof(HostDisplays),
            ["host_qemu_reads"] = nameof(HostQemuReads),
        };
        Assert.Equal(Examination.Checks.Select(c => c.Id).Order(StringComparer.Ordinal), called.Keys.Order(StringComparer.Ordinal));
        Assert.All(called.Values, name => Assert.Contains(name, tested));
    }

    private static void Is(Health health, string remedy, Finding finding)
    {
        Assert.Equal(health, finding.Health);
        Assert.EndsWith(".", finding.Detail, StringComparison.Ordinal);
        if (health is Health.Warning or Health.Failed) Assert.Contains(remedy, finding.Remedy, StringComparison.Ordinal);
        else Assert.Null(finding.Remedy);
    }

    private static FileRights Mode(string octal, uint user = 0, uint group = 0) => new((UnixFileMode)Convert.ToInt32(octal, 8), user, group);

    private static NodeReport Report(params (string Name, string Value)[] facts)
    {
        var folder = new FolderReport("/somewhere", null, Convert.ToInt32("2770", 8), 50L << 30, 100L << 30);
        return new NodeReport("here", VmManagerKind.Libvirt, "desk", 12.3, 4, facts.ToDictionary(f => f.Name, f => f.Value), [new("default", folder)], folder, folder, 58);
    }
}
