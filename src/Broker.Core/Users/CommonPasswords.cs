namespace Broker.Core.Users;

/// <summary>The passwords that are tried first, as far as they are long enough to be tried at all.</summary>
internal static class CommonPasswords
{
    // With digits and signs behind them, these make most of what is found in leaked lists.
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal)
    {
        "password", "passwort", "passw0rd", "p@ssw0rd", "p@ssword", "pass", "passphrase", "mypassword", "newpassword", "contrasena", "contraseña", "contrasenya", "motdepasse",
        "qwerty", "qwertyui", "qwertyuiop", "azerty", "azertyuiop", "qwertz", "asdfghjkl", "zxcvbnm", "asdf", "asdfgh", "qwer", "qazwsx", "qazwsxedc", "abcdef", "abcdefgh", "abcdefghij",
        "letmein", "welcome", "benvingut", "benvinguda", "bienvenido", "iloveyou", "tequiero", "sunshine", "princess", "princesa", "football", "futbol", "baseball", "monkey", "dragon",
        "superman", "batman", "starwars", "pokemon", "shadow", "master", "trustno", "whatever", "computer", "internet", "secret", "secreto", "changeme", "default", "admin", "administrator",
        "administrador", "root", "user", "usuario", "usuari", "student", "estudiante", "estudiant", "teacher", "profesor", "professor", "school", "escuela", "escola", "university",
        "universidad", "universitat", "barcelona", "realmadrid", "madrid", "catalunya", "spring", "summer", "autumn", "winter", "primavera", "verano", "estiu", "invierno", "hivern",
        "january", "monday", "test", "testing", "testtest", "temp", "temporary", "guest", "demo", "broker", "desktop", "virtual", "hello", "helloworld", "hola", "holamundo",
    };

    private static readonly HashSet<string> Whole = new(StringComparer.Ordinal)
    {
        "1q2w3e4r5t", "1q2w3e4r5t6y", "q1w2e3r4t5", "q1w2e3r4t5y6", "1qaz2wsx3edc", "zaq12wsxcde3", "a1b2c3d4e5", "abc123abc123", "qwerty123456", "123qweasdzxc", "qweasdzxc123",
        "1234qwerasdf", "1234567890", "0123456789", "0987654321", "9876543210", "12345678910", "123456789a", "a123456789", "1234567890a", "11223344556677889900",
    };

    /// <summary>Is it one of them, in any case, with any digits and signs behind it, or twice?</summary>
    public static bool Has(string password)
    {
        var lower = password.ToLowerInvariant();
        var word = lower.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '!', '.', '?', '*', '#', '@', '$', '-', '_', ' ');
        var half = word.Length % 2 == 0 && word[..(word.Length / 2)] == word[(word.Length / 2)..] ? word[..(word.Length / 2)] : word;
        return word.Length == 0 || Whole.Contains(lower) || Words.Contains(word) || Words.Contains(half);
    }
}
