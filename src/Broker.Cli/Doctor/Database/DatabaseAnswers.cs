using System.Globalization;

namespace Broker.Cli.Doctor;

/// <summary>MariaDB answers, and is a version that can skip locked rows and return what it inserts.</summary>
internal sealed class DatabaseAnswers : ICheck
{
    private static readonly Version Oldest = new(10, 11);

    public string Id => "database";

    public string Title => "MariaDB";

    public Area Area => Area.Database;

    public static Finding Judge(string? version)
    {
        if (version?.Contains("MariaDB", StringComparison.Ordinal) != true) return Finding.Failed($"It is not MariaDB: {version}.", "apt-get install mariadb-server");
        var number = string.Join('.', version.Split('-', '~')[0].Split('.').TakeWhile(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _)));
        return Version.TryParse(number, out var found) && found >= Oldest
            ? Finding.Ok($"{version} answers.")
            : Finding.Failed($"{version} is older than {Oldest}.", "apt-get install mariadb-server");
    }
}
