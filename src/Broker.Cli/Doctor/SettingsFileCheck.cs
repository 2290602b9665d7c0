namespace Broker.Cli.Doctor;

/// <summary>The settings are right: unknown keys, wrong units and exposed secrets are found by the settings' own check, which every program makes at its start.</summary>
internal sealed class SettingsFileCheck : ILocalCheck
{
    public string Id => "settings";

    public string Title => "Settings";

    public Area Area => Area.Settings;

    public Finding Look(Subject subject) => Judge(subject.SettingsFile, subject.BackEndProblem, subject.FrontEndProblem);

    public static Finding Judge(string? file, string? backEndProblem, string? frontEndProblem) => (backEndProblem ?? frontEndProblem) is { } problem
        ? Finding.Failed(problem, file is null ? "set BROKER_DATABASE, or name a settings file with --config" : $"mend {file}, then: systemctl restart broker-backend broker-frontend")
        : Finding.Ok(file is null ? "From variables BROKER_…; there is no settings file in use." : $"{file} is right.");
}
