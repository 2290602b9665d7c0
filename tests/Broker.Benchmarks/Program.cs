using Broker.Benchmarks;

// One line per figure: a name and a number. Ratios compare within one run, so that they hold on any machine.
Dictionary<string, Func<Task>> benches = new()
{
    ["queue"] = QueueBench.Run,
    ["clone"] = CloneBench.Run,
    ["libvirt"] = LibvirtBench.Run,
    ["open"] = OpenBench.Run,
    ["access"] = AccessBench.Run,
};

if (args is not [var name] || !benches.TryGetValue(name, out var bench))
{
    await Console.Error.WriteLineAsync($"Which benchmark? One of: {string.Join(", ", benches.Keys)}.");
    return 2;
}

await bench();
return 0;
