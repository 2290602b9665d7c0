namespace VirtualBox;

/// <summary>Finds <c>0%...10%...20%</c> in a text that comes in pieces. Only lines that begin so count, not a percentage in a sentence.</summary>
internal sealed class ProgressText(IProgress<int> progress)
{
    private bool mayBeProgress = true;
    private int? number;

    public void Read(ReadOnlySpan<char> piece)
    {
        foreach (var c in piece)
        {
            if (c is '\n' or '\r')
            {
                mayBeProgress = true;
                number = null;
            }
            else if (!mayBeProgress)
            {
                continue;
            }
            else if (char.IsAsciiDigit(c))
            {
                number = (number ?? 0) * 10 + (c - '0');
                mayBeProgress = number <= 100;
            }
            else if (c == '%' && number is { } percent)
            {
                progress.Report(percent);
                number = null;
            }
            else
            {
                mayBeProgress = c == '.' && number is null;
            }
        }
    }
}
