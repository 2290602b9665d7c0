using System.Globalization;
using System.Text;

namespace VirtualBox.Simulator.Server;

/// <summary>One run of VBoxManage: its arguments, where its output goes, and what the client may send meanwhile.</summary>
internal sealed class Call(IReadOnlyList<string> arguments, string folder, bool isUtf8, Func<byte, byte[], Task> send, Func<Task<byte[]>> input)
{
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();
    private Queue<string> left = new(arguments);
    private bool isCut;

    /// <summary>The client got a signal, and wants what was begun undone.</summary>
    public CancellationTokenSource Signal { get; } = new();

    /// <summary>The client is gone without having sent a signal: it was killed.</summary>
    public bool IsOrphan { get; set; }

    public int ExitCode { get; set; }

    /// <summary>The next word.</summary>
    public string Next(string what) => left.TryDequeue(out var word) ? word : throw Failure.Usage($"Not enough parameters: {what} is missing");

    public string? NextOrNull() => left.TryDequeue(out var word) ? word : null;

    public string? Peek() => left.TryPeek(out var word) ? word : null;

    /// <summary>A first word that is a file of words is replaced by them.</summary>
    /// <exception cref="Failure">There is no such file.</exception>
    public void ReadResponseFile()
    {
        if (Peek() is ['@', .. var path]) left = new(ResponseFile.Read(PathOf(path)).Concat(left.Skip(1)));
    }

    /// <summary>An absolute path of a word.</summary>
    public string PathOf(string word) => Path.GetFullPath(word, folder);

    /// <summary>All that is left as options; an option's value is behind a <c>=</c> or the next word. Words without dashes stand alone.</summary>
    /// <param name="flags">Options without value.</param>
    public IEnumerable<(string Name, string? Value)> Options(params IReadOnlyCollection<string> flags)
    {
        var onlyWords = false;
        while (left.TryDequeue(out var word))
        {
            if (word == "--" && !onlyWords)
            {
                onlyWords = true;
                continue;
            }
            if (onlyWords || !word.StartsWith('-') || word.Length == 1)
            {
                yield return ("", word);
                continue;
            }
            var equals = word.StartsWith("--", StringComparison.Ordinal) ? word.IndexOf('=', StringComparison.Ordinal) : -1;
            var name = (equals < 0 ? word : word[..equals]).TrimStart('-').ToLowerInvariant();
            if (equals >= 0) yield return (name, word[(equals + 1)..]);
            else if (flags.Contains(name)) yield return (name, null);
            else yield return (name, Next($"the value of {word}"));
        }
    }

    public void Say(string line) => Write(line + "\n");

    public void Write(string text) => output.Append(text);

    public void Warn(string line) => errors.Append(line).Append('\n');

    /// <summary>Tells a progress; what takes time gives the percentages one by one.</summary>
    public void Percent(int percent)
    {
        errors.Append(CultureInfo.InvariantCulture, $"{percent}%");
        errors.Append(percent < 100 ? "..." : "\n");
    }

    /// <summary>The progress of what is done at once.</summary>
    /// <param name="work">Does it.</param>
    /// <param name="failed">What is said first if it fails.</param>
    public T WithProgress<T>(Func<T> work, string failed)
    {
        Percent(0);
        try
        {
            var result = work();
            for (var percent = 10; percent <= 100; percent += 10) Percent(percent);
            return result;
        }
        catch (Failure e)
        {
            errors.Append(e.Code).Append('\n');
            throw new Failure(e.Message, e.Code, e.Component, e.ExitCode) { First = failed, IsLate = true };
        }
    }

    public void WithProgress(Action work, string failed) => WithProgress(() =>
    {
        work();
        return 0;
    }, failed);

    /// <summary>The progress line ends because a signal came.</summary>
    public void SayCancelled() => errors.Append("CANCELED\n");

    /// <summary>From here on a signal is passed on to <see cref="Signal"/>.</summary>
    public Task BecomeCancelable() => send(Wire.Cancelable, []);

    /// <summary>Part of standard input; empty at its end.</summary>
    public async Task<byte[]> Read()
    {
        await Flush();
        await send(Wire.WantInput, []);
        return await input();
    }

    /// <summary>Sends what was written so far.</summary>
    public async Task Flush()
    {
        foreach (var (stream, text) in new[] { (Wire.Error, errors), (Wire.Output, output) })
        {
            if (text.Length == 0) continue;
            await send(stream, Encoding.UTF8.GetBytes(Shown(text.ToString(), stream)));
            text.Clear();
        }
    }

    /// <summary>The same, where a client that has gone does not matter.</summary>
    public async Task FlushOrLose()
    {
        try
        {
            await Flush();
        }
        catch (IOException)
        {
            IsOrphan = true;
        }
    }

    /// <summary>In another locale than UTF-8 all output ends where the first other character is.</summary>
    private string Shown(string text, byte stream)
    {
        if (isUtf8) return text;
        if (isCut && stream == Wire.Output) return "";
        var end = text.AsSpan().IndexOfAnyExceptInRange('\0', '\x7f');
        if (end < 0) return text;
        isCut |= stream == Wire.Output;
        return text[..end];
    }
}
