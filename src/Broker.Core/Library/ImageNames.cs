using System.Text;

namespace Broker.Core.Library;

/// <summary>How images in the library may be called, and where uploaded ones lie.</summary>
public static class ImageNames
{
    /// <summary>The folder within the library into which the front end writes what is uploaded. Everything else in the library is read-only to it.</summary>
    public const string Uploads = "uploads";

    // room for what is written before and behind it while it is being uploaded; names in folders end at 255 bytes
    private const int MostBytes = 150;

    /// <summary>What is wrong with the name of an image to be uploaded, in sentences; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(string name)
    {
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > MostBytes) yield return $"An image's name has 1 to {MostBytes} bytes.";
        else if (!char.IsLetterOrDigit(name[0])) yield return "An image's name begins with a letter or a digit.";
        if (name.Any(c => !char.IsLetterOrDigit(c) && c is not ('.' or '-' or '_' or '+' or ' ' or '(' or ')')))
            yield return "An image's name has letters, digits, spaces, dots, dashes, underscores, plus signs and brackets.";
        if (name.EndsWith(' ')) yield return "An image's name does not end with a space.";
    }
}
