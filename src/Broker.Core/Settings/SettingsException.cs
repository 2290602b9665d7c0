namespace Broker.Core.Settings;

/// <summary>The settings are wrong.</summary>
/// <param name="problems">Each in a sentence that names file, key and remedy.</param>
public sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>A single one.</summary>
    public SettingsException(string problem) : this([problem])
    {
    }

    /// <summary>Each in a sentence.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
