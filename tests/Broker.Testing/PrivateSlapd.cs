using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Broker.Testing;

/// <summary>
/// A real directory of our own (OpenLDAP's slapd): on loopback with StartTLS and LDAPS, certificates of an authority made for it, gone when this process is
/// gone. It has 5,000 people, groups of every kind, groups within groups and in circles, and a tree as Active Directory has it.
/// </summary>
public sealed class PrivateSlapd : IAsyncDisposable
{
    /// <summary>Where everything is.</summary>
    public const string Root = "dc=example,dc=org";

    /// <summary>Where people are.</summary>
    public const string People = $"ou=people,{Root}";

    /// <summary>Where groups are.</summary>
    public const string Groups = $"ou=groups,{Root}";

    /// <summary>The tree as Active Directory has it: users and groups side by side.</summary>
    public const string ActiveDirectory = $"ou=ad,{Root}";

    /// <summary>The account that may search; nobody else may.</summary>
    public const string Reader = $"cn=reader,{Root}";

    /// <summary>Its password.</summary>
    public const string ReaderPassword = "reads a lot";

    /// <summary>How many people there are besides those with a name.</summary>
    public const int Count = 5000;

    private static readonly Lazy<Task<PrivateSlapd>> TheShared = new(() => Start(), LazyThreadSafetyMode.ExecutionAndPublication);

    private readonly string _folder;
    private BoundProcess? _process;

    private PrivateSlapd(string folder) => _folder = folder;

    /// <summary>One for all tests of this process that do not stop it.</summary>
    public static Task<PrivateSlapd> Shared => TheShared.Value;

    /// <summary>The port of <c>ldap://</c>.</summary>
    public int Port { get; private set; }

    /// <summary>The port of <c>ldaps://</c>.</summary>
    public int TlsPort { get; private set; }

    /// <summary>Its process.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Certificate of the authority, PEM.</summary>
    public string CaFile => Path.Combine(_folder, "ca.pem");

    /// <summary>File with <see cref="ReaderPassword"/>.</summary>
    public string ReaderPasswordFile => Path.Combine(_folder, "reader-password");

    /// <summary>Name and password of one of the many: 0 to <see cref="Count"/> - 1.</summary>
    public static (string Name, string Password) Person(int number) => (string.Create(CultureInfo.InvariantCulture, $"user{number:0000}"), string.Create(CultureInfo.InvariantCulture, $"password {number:0000}"));

    /// <summary>Starts a new one. Use <see cref="Shared"/> unless the test stops it.</summary>
    /// <param name="certificate">Who its certificate is for.</param>
    /// <param name="people">How many of the many there are.</param>
    /// <param name="validFor">How long its certificate counts.</param>
    public static async Task<PrivateSlapd> Start(string certificate = "127.0.0.1", int people = Count, TimeSpan? validFor = null)
    {
        var server = new PrivateSlapd(Repository.NewFolder("slapd"));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.End();
        server.MakeCertificates(certificate, validFor ?? TimeSpan.FromDays(400));
        Directory.CreateDirectory(server.PathOf("db"));
        await File.WriteAllTextAsync(server.PathOf("slapd.conf"), server.Configuration());
        await File.WriteAllTextAsync(server.PathOf("content.ldif"), Content(people));
        await File.WriteAllTextAsync(server.ReaderPasswordFile, ReaderPassword);
        File.SetUnixFileMode(server.ReaderPasswordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Programs.Run("/usr/sbin/slapadd", "-q", "-f", server.PathOf("slapd.conf"), "-l", server.PathOf("content.ldif"));
        for (var tries = 1; ; tries++)
        {
            (server.Port, server.TlsPort) = FreePorts();
            try
            {
                await server.StartAgain();
                return server;
            }
            catch (InvalidOperationException) when (tries < 3)
            {
                // somebody else took a port between our look and the server's bind
            }
        }
    }

    /// <summary>Starts it on its old files and ports and waits until it answers.</summary>
    public async Task StartAgain()
    {
        // -d keeps it in the foreground
        var process = _process = BoundProcess.Start("/usr/sbin/slapd", ["-f", PathOf("slapd.conf"), "-h", $"ldap://127.0.0.1:{Port} ldaps://127.0.0.1:{TlsPort}", "-d", "0"]);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (process.Ended.IsCompleted) throw new InvalidOperationException($"slapd ended at once (package slapd).\n{process.Output}");
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, TlsPort);
                return;
            }
            catch (SocketException) when (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(20);
            }
        }
    }

    /// <summary>Ends it at once, as a crash would (SIGKILL).</summary>
    public async Task Kill()
    {
        if (_process is not { } process) return;
        await process.Kill();
        process.Dispose();
        _process = null;
    }

    /// <summary>Lets it stand still: its connections stay, nothing is answered.</summary>
    public Task Hang() => Programs.Run("kill", "-STOP", ProcessId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Lets it go on.</summary>
    public Task GoOn() => Programs.Run("kill", "-CONT", ProcessId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Changes what is in it, as an administrator of the directory would.</summary>
    /// <param name="ldif">Changes (LDIF).</param>
    public async Task Change(string ldif)
    {
        var file = PathOf($"change-{Guid.NewGuid():n}.ldif");
        await File.WriteAllTextAsync(file, ldif);
        await Programs.Run("ldapmodify", "-x", "-H", $"ldap://127.0.0.1:{Port}", "-D", $"cn=root,{Root}", "-w", ReaderPassword, "-f", file);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Kill();
        End();
    }

    private static (int, int) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void End()
    {
        _process?.Dispose();
        _process = null;
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private void MakeCertificates(string host, TimeSpan validFor)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var caRequest = new CertificateRequest($"CN=Authority of {Path.GetFileName(_folder)}", caKey, HashAlgorithmName.SHA256);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        caRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        using var ca = caRequest.CreateSelfSigned(now.AddDays(-2), now.AddDays(800));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=directory", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(ca, now.AddDays(-1), now + validFor, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(CaFile, ca.ExportCertificatePem());
        File.WriteAllText(PathOf("certificate.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    // Nobody but the reader reads, but himself and groups; what one question gives at once is limited, so that pages are needed.
    private string Configuration() =>
        $"""
        include /etc/ldap/schema/core.schema
        include /etc/ldap/schema/cosine.schema
        include /etc/ldap/schema/nis.schema
        include /etc/ldap/schema/inetorgperson.schema
        attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
        attributetype ( 1.2.840.113556.1.4.656 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
        attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
        attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
        attributetype ( 1.2.840.113556.1.2.141 NAME 'department' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
        objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP organizationalPerson STRUCTURAL MAY ( sAMAccountName $ userPrincipalName $ objectGUID $ userAccountControl $ department $ displayName $ mail ) )
        objectclass ( 1.2.840.113556.1.5.8 NAME 'group' SUP top STRUCTURAL MUST cn MAY ( member $ sAMAccountName $ objectGUID $ description ) )
        modulepath /usr/lib/ldap
        moduleload back_mdb
        pidfile {PathOf("pid")}
        TLSCACertificateFile {CaFile}
        TLSCertificateFile {PathOf("certificate.pem")}
        TLSCertificateKeyFile {PathOf("key.pem")}
        sizelimit size.soft=100 size.hard=100 size.prtotal=unlimited
        access to dn.base="" by * read
        access to attrs=userPassword by anonymous auth by * none
        access to dn.subtree="{Groups}" by users read by anonymous auth by * none
        access to * by dn.exact="{Reader}" read by self read by anonymous auth by * none
        database mdb
        maxsize 1073741824
        suffix {Root}
        rootdn cn=root,{Root}
        rootpw "{ReaderPassword}"
        directory {PathOf("db")}
        dbnosync
        index objectClass,uid,cn,member,uniqueMember,memberUid,entryUUID,sAMAccountName,userPrincipalName eq

        """;

    private static string Content(int people)
    {
        var text = new StringBuilder(
            $"""
            dn: {Root}
            objectClass: domain
            dc: example

            dn: {Reader}
            objectClass: organizationalRole
            objectClass: simpleSecurityObject
            cn: reader
            userPassword: {Hashed(ReaderPassword)}

            dn: {People}
            objectClass: organizationalUnit
            ou: people

            dn: {Groups}
            objectClass: organizationalUnit
            ou: groups

            dn: ou=former,{Root}
            objectClass: organizationalUnit
            ou: former

            dn: {ActiveDirectory}
            objectClass: organizationalUnit
            ou: ad


            """);
        for (var i = 0; i < people; i++)
        {
            var (name, password) = Person(i);
            AddPerson(text, $"uid={name},{People}", name, $"Person {i}", password, i % 2 == 0 ? "physics" : "chemistry", i % 10 == 0 ? "teacher" : "student");
        }
        AddPerson(text, $"uid=Ana,{People}", "Ana", "Ana Díaz", "ana's secret", "physics", "student");
        AddPerson(text, $"uid=boss,{People}", "boss", "The Boss", "boss's secret", "physics", "teacher");
        AddPerson(text, $"uid=jane,{People}", "jane", "Doe, Jane (x) *", "jane's secret", "physics", "student", dn: $@"cn=Doe\, Jane (x) * \+ \""y\"" \#1,{People}");
        AddPerson(text, $"uid=twin,{People}", "twin", "Twin", "twin's secret", "physics", "student");
        AddPerson(text, $"uid=twin,ou=former,{Root}", "twin", "Former twin", "twin's secret", "physics", "student");

        AddGroup(text, "groupOfNames", "physics", $"member: uid=Ana,{People}", "description: The physicists");
        AddGroup(text, "groupOfNames", "science", $"member: cn=physics,{Groups}");
        AddGroup(text, "groupOfNames", "university", $"member: cn=science,{Groups}", $"member: uid=boss,{People}");
        AddGroup(text, "groupOfNames", "admins", $"member: uid=boss,{People}");
        AddGroup(text, "groupOfNames", "circle a", $"member: cn=circle b,{Groups}", $"member: uid=Ana,{People}");
        AddGroup(text, "groupOfNames", "circle b", $"member: cn=circle a,{Groups}");
        AddGroup(text, "groupOfUniqueNames", "readers", $@"uniqueMember: cn=Doe\, Jane (x) * \+ \""y\"" \#1,{People}");
        AddGroup(text, "posixGroup", "printers", "gidNumber: 500", "memberUid: Ana", "memberUid: jane");
        for (var level = 1; level <= 8; level++) AddGroup(text, "groupOfNames", $"level {level}", level == 1 ? $"member: uid=boss,{People}" : $"member: cn=level {level - 1},{Groups}");
        // everybody: more names than a server sends of an entry at once elsewhere, and more groups than it sends at once
        AddGroup(text, "groupOfNames", "everybody", [.. Enumerable.Range(0, people).Select(i => $"member: uid={Person(i).Name},{People}"), $"member: uid=Ana,{People}"]);
        for (var i = 0; i < 150; i++) AddGroup(text, "posixGroup", $"course {i:000}", string.Create(CultureInfo.InvariantCulture, $"gidNumber: {1000 + i}"), "memberUid: boss");

        text.Append(
            $"""
            dn: CN=María Pérez,{ActiveDirectory}
            objectClass: user
            cn: María Pérez
            sn: Pérez
            sAMAccountName: MPerez
            userPrincipalName: mperez@example.org
            displayName: María Pérez
            mail: maria@example.org
            department: chemistry
            objectGUID:: {Convert.ToBase64String(Convert.FromHexString("28292A5C00FF0102030405060708090A"))}
            userPassword: {Hashed("maria's secret")}

            dn: CN=Chemists,{ActiveDirectory}
            objectClass: group
            cn: Chemists
            sAMAccountName: Chemists
            member: CN=María Pérez,{ActiveDirectory}

            dn: CN=Staff,{ActiveDirectory}
            objectClass: group
            cn: Staff
            sAMAccountName: Staff
            member: CN=Chemists,{ActiveDirectory}


            """);
        return text.ToString();
    }

    private static void AddPerson(StringBuilder text, string usual, string uid, string name, string password, string department, string type, string? dn = null) => text.Append(
        $"""
        dn: {dn ?? usual}
        objectClass: inetOrgPerson
        uid: {uid}
        cn: {name}
        {(dn is null ? "" : "cn: Doe, Jane (x) * + \"y\" #1\n")}sn: {name.Split(' ')[^1]}
        mail: {uid}@example.org
        departmentNumber: {department}
        employeeType: {type}
        userPassword: {Hashed(password)}


        """);

    private static void AddGroup(StringBuilder text, string kind, string name, params string[] lines) =>
        text.Append($"dn: cn={name},{Groups}\nobjectClass: {kind}\ncn: {name}\n").AppendJoin('\n', lines).Append("\n\n");

    // as directories keep them: SHA-1 with salt, once. A server that hashes longer takes longer for each bind.
    private static string Hashed(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(8);
#pragma warning disable CA5350 // what {SSHA} is; no password of anybody
        return $"{{SSHA}}{Convert.ToBase64String([.. SHA1.HashData([.. Encoding.UTF8.GetBytes(password), .. salt]), .. salt])}";
#pragma warning restore CA5350
    }
}
