namespace Broker.Core.Users;

/// <summary>How users are called.</summary>
public static class UserNames
{
    /// <summary>What is wrong with a sign-in name, in sentences; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(string name)
    {
        if (name.Length is < 1 or > 190) yield return "A user's name has 1 to 190 characters.";
        if (name.Any(char.IsControl)) yield return "A user's name has no control characters.";
        if (name != name.Trim()) yield return "A user's name neither begins nor ends with a space.";
    }
}
