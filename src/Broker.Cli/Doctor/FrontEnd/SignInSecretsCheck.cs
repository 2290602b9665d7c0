namespace Broker.Cli.Doctor;

/// <summary>The secrets that the directory and the OpenID provider know Broker by are there, and for nobody else's eyes.</summary>
internal sealed class SignInSecretsCheck : ILocalCheck
{
    public string Id => "sign_in_secrets";

    public string Title => "Secrets for signing in";

    public Area Area => Area.FrontEnd;

    public Finding Look(Subject subject)
    {
        if (subject.OpenIdProblem is { } problem) return Finding.Failed(problem, $"mend the section openid in {subject.SettingsFile}");
        var secrets = new List<(string Setting, string File)>();
        if (subject.Ldap is { IsOn: true, BindDn.Length: > 0 } ldap) secrets.Add(("ldap.bind_password_file", ldap.BindPasswordFile));
        if (subject.OpenId is { IsOn: true, ClientSecretFile.Length: > 0 } openId) secrets.Add(("openid.client_secret_file", openId.ClientSecretFile));
        return Judge([.. secrets.Select(s => (s.Setting, s.File, subject.Files.Rights(s.File), subject.Files.Text(s.File)))]);
    }

    public static Finding Judge(IReadOnlyList<(string Setting, string File, FileRights? Rights, string? Text)> secrets)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (secrets.Count == 0) return Finding.NotApplicable("Neither a directory nor an OpenID provider wants one.");
        foreach (var (setting, file, rights, text) in secrets)
        {
            if (rights is null || text is null) return Finding.Failed($"{file} ({setting}) is not there, or not for {Environment.UserName} to read.", "put the secret there, mode 0600, and restart broker-frontend; or: sudo broker doctor");
            if (text.Trim().Length == 0) return Finding.Failed($"{file} ({setting}) is empty.", "put the secret there and restart broker-frontend");
            if ((rights.Mode & others) != UnixFileMode.None) return Finding.Failed($"Others may read {file} (mode {rights.Octal}).", $"chmod 600 {file}");
        }
        return Finding.Ok($"{string.Join(", ", secrets.Select(s => s.File))}: for {(secrets.Count == 1 ? "its owner" : "their owners")} only.");
    }
}
