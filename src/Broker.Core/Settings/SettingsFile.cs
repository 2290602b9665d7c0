using System.Data.Common;
using System.Reflection;
using System.Text.Json;

namespace Broker.Core.Settings;

/// <summary>
/// Reads the settings of a program: defaults, then the file (JSON with comments, sections <c>shared</c>, <c>backend</c>, <c>frontend</c>, and those of what
/// several programs use), then variables <c>BROKER_…</c>. The whole file is judged by every program, so a mistake in another's section does not wait until
/// that one starts.
/// </summary>
public static class SettingsFile
{
    /// <summary>Where an installation has it.</summary>
    public const string Installed = "/etc/broker/broker.json";

    private const string Shared = "shared";
    private static readonly string[] UserKeys = ["user id", "userid", "uid", "user", "username", "user name"];
    private static readonly string[] PasswordKeys = ["password", "pwd"];

    private static readonly Dictionary<string, Type> Sections = new(StringComparer.Ordinal)
    {
        [Shared] = typeof(SharedSettings),
        ["backend"] = typeof(BackEndSettings),
        ["frontend"] = typeof(FrontEndSettings),
        ["openid"] = typeof(OpenIdSettings),
        ["ldap"] = typeof(LdapSettings),
    };

    /// <summary>The file that a command line names with <c>--config FILE</c> or <c>--config=FILE</c>; null when it names none.</summary>
    public static string? Named(IReadOnlyList<string> args)
    {
        const string option = "--config";
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == option && i + 1 < args.Count) return args[i + 1];
            if (args[i].StartsWith(option + "=", StringComparison.Ordinal)) return args[i][(option.Length + 1)..];
        }
        return null;
    }

    /// <summary>The settings of a program. <see cref="SharedSettings.Database"/> is complete, names of files are full paths.</summary>
    /// <param name="file">The settings file; null: only defaults and variables.</param>
    /// <param name="variable">Environment variables.</param>
    /// <exception cref="SettingsException">Something is wrong; all that was found is named.</exception>
    public static T Read<T>(string? file, Func<string, string?> variable) where T : SharedSettings, new()
    {
        var (settings, where) = Collect<T>(file, variable);
        return settings with { Database = Connection(settings, where.GetValueOrDefault("database", "database"), file) };
    }

    /// <summary>A section of its own, that several programs use: its variables are called <c>BROKER_</c>, its name and the setting's. Names of files are full paths.</summary>
    /// <inheritdoc cref="Read"/>
    public static T ReadSection<T>(string? file, Func<string, string?> variable) where T : SectionSettings, new() => Collect<T>(file, variable).Settings;

    /// <summary>The settings that a section documents: the word of each, and its property. What a program's section may say besides is in <c>shared</c>.</summary>
    public static IReadOnlyDictionary<string, PropertyInfo> Documented(string section) =>
        Known(Sections[section]).Where(k => k.Value.DeclaringType == Sections[section] && !(section == Shared && k.Value.GetMethod!.IsAbstract)).ToDictionary();

    private static (T Settings, Dictionary<string, string> Where) Collect<T>(string? file, Func<string, string?> variable) where T : SectionSettings, new()
    {
        var settings = new T();
        var problems = new List<string>();
        var where = new Dictionary<string, string>(StringComparer.Ordinal);
        if (file is not null) ReadFile(file, settings, where, problems);
        ReadVariables(settings, variable, where, problems);
        if (problems.Count == 0)
        {
            foreach (var (key, problem) in settings.Problems())
                problems.Add($"{where.GetValueOrDefault(key.Split('.')[0], key)} {problem}.");
        }
        if (problems.Count > 0) throw new SettingsException(problems);

        foreach (var property in Known(typeof(T)).Values.Where(p => p.Name.EndsWith("File", StringComparison.Ordinal)))
            if (property.GetValue(settings) is string { Length: > 0 } named) property.SetValue(settings, SecretFile.Locate(named, file, variable));
        return (settings, where);
    }

    private static string WordOf(PropertyInfo property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    private static Dictionary<string, PropertyInfo> Known(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).ToDictionary(WordOf, StringComparer.Ordinal);

    private static void ReadFile(string file, SectionSettings settings, Dictionary<string, string> where, List<string> problems)
    {
        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(File.ReadAllText(file), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SettingsException($"There is no settings file {file}. Name the right one with --config.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The settings file {file} can't be read by {Environment.UserName}: {e.Message}");
        }
        catch (JsonException e)
        {
            throw new SettingsException($"The settings file {file} can't be read: line {e.LineNumber + 1} is no JSON: {e.Message}");
        }

        using (json)
        {
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                problems.Add($"{file} wants an object with the sections {string.Join(", ", Sections.Keys)}.");
                return;
            }

            // "shared" first, whatever the order in the file: a program's own section wins
            foreach (var section in root.EnumerateObject().OrderBy(s => s.Name == Shared ? 0 : 1))
            {
                if (!Sections.TryGetValue(section.Name, out var type))
                    problems.Add($"{file}: there is no section \"{section.Name}\". {Nearest(section.Name, Sections.Keys)}");
                else if (section.Value.ValueKind != JsonValueKind.Object)
                    problems.Add($"{file}: section \"{section.Name}\" is {SettingValue.Describe(section.Value)}, but wants an object with settings.");
                else
                    ReadSection(file, section, type, settings, where, problems);
            }
        }
    }

    private static void ReadSection(string file, JsonProperty section, Type type, SectionSettings settings, Dictionary<string, string> where, List<string> problems)
    {
        var known = Known(type);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in section.Value.EnumerateObject())
        {
            var name = $"{file}: {section.Name}.{entry.Name}";
            if (!seen.Add(entry.Name))
                problems.Add($"{name} stands there twice. Take one of them out.");
            else if (!known.TryGetValue(entry.Name, out var property))
                problems.Add($"{file}: there is no setting \"{entry.Name}\" in section \"{section.Name}\". {Elsewhere(entry.Name, section.Name) ?? Nearest(entry.Name, known.Keys)}");
            else if (SettingValue.Read(property, entry.Value, out var value) is { } problem)
                problems.Add($"{name} {problem}.");
            else if (type.IsInstanceOfType(settings))
            {
                // lanes that the file does not name keep their defaults
                property.SetValue(settings, SettingValue.Over(property.GetValue(settings), value));
                where[entry.Name] = name;
            }
        }
    }

    private static void ReadVariables(SectionSettings settings, Func<string, string?> variable, Dictionary<string, string> where, List<string> problems)
    {
        var prefix = settings is SharedSettings ? "BROKER_" : $"BROKER_{Sections.First(s => s.Value == settings.GetType()).Key.ToUpperInvariant()}_";
        foreach (var (key, property) in Known(settings.GetType()))
        {
            var name = prefix + key.ToUpperInvariant();
            foreach (var (called, read) in SettingValue.Variables(name, property))
            {
                if (variable(called) is not { Length: > 0 } text) continue;
                if (read(text, out var value) is { } problem)
                {
                    problems.Add($"{called} {problem}.");
                    continue;
                }

                property.SetValue(settings, SettingValue.Over(property.GetValue(settings), value));
                where[key] = called;
            }
        }
    }

    // The connection string with account and password, from wherever they come.
    private static string Connection(SharedSettings settings, string where, string? file)
    {
        const string example = "Server=127.0.0.1;Port=3306;Database=broker";
        var connection = new DbConnectionStringBuilder();
        try
        {
            connection.ConnectionString = settings.Database;
        }
        catch (ArgumentException e)
        {
            throw new SettingsException($"{where} can't be read: {e.Message.TrimEnd('.')}. It looks like {example}.");
        }

        if (PasswordKeys.Any(connection.ContainsKey) && file is not null && where.StartsWith(file, StringComparison.Ordinal) && SecretFile.Exposed(file) is { } exposed)
            throw new SettingsException($"{where} has a password in it. {exposed}, or put the password into a file of its own and name it in database_password_file.");
        if (UserKeys.Any(connection.ContainsKey)) return settings.Database;
        connection["User ID"] = settings.DatabaseUser;
        connection["Password"] = SecretFile.Read(settings.DatabasePasswordFile, "database_password_file; or put User ID and Password into BROKER_DATABASE");
        return connection.ConnectionString;
    }

    private static string? Elsewhere(string key, string not) =>
        Sections.FirstOrDefault(s => s.Key != not && Documented(s.Key).ContainsKey(key)).Key is { } other ? $"It belongs into section \"{other}\"." : null;

    private static string Nearest(string typed, IEnumerable<string> known) => $"The nearest there is: \"{known.MinBy(k => Distance(typed, k) - Beginning(typed, k))}\".";

    // How many letters both begin with: who has the unit wrong has the beginning right.
    private static int Beginning(string a, string b) => a.Zip(b).TakeWhile(p => p.First == p.Second).Count();

    // How many letters have to be changed, added or taken away.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = corner + (char.ToLowerInvariant(a[i - 1]) == b[j - 1] ? 0 : 1);
                corner = row[j];
                row[j] = Math.Min(cost, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
