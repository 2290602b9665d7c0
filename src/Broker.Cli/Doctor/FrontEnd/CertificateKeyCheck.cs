namespace Broker.Cli.Doctor;

/// <summary>The certificate's key is for the front end's eyes only.</summary>
internal sealed class CertificateKeyCheck : ILocalCheck
{
    public string Id => "certificate_key";

    public string Title => "Certificate's key";

    public Area Area => Area.FrontEnd;

    public Finding Look(Subject subject) => subject.FrontEnd is not { HasTls: true } settings
        ? Finding.NotApplicable("There is none, or the settings have to be right first.")
        : Judge(settings.KeyFile, subject.Files.Rights(settings.KeyFile));

    public static Finding Judge(string file, FileRights? rights)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (rights is null) return Finding.Failed($"{file} is not there, or not for {Environment.UserName} to see.", "name the right file in frontend.key_file; or: sudo broker doctor");
        return (rights.Mode & others) == UnixFileMode.None
            ? Finding.Ok($"{file}: mode {rights.Octal}.")
            : Finding.Failed($"Others may read {file} (mode {rights.Octal}).", $"chmod 600 {file}");
    }
}
