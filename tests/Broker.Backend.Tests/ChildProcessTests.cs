namespace Broker.Backend.Tests;

public sealed class ChildProcessTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task It_gets_none_of_our_environment()
    {
        Environment.SetEnvironmentVariable("BROKER_SECRET_OF_TEST", "password");

        var result = await ChildProcess.Run("env", [], Long);

        Assert.Equal(["LC_ALL=C"], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("PATH=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Arguments_arrive_as_they_are()
    {
        var result = await ChildProcess.Run("printf", ["%s|", "a b", "$(id)", "; rm", ""], Long);

        Assert.Equal("a b|$(id)|; rm||", result.Output);
    }

    [Fact]
    public async Task Input_is_handed_over_and_both_outputs_are_read_to_the_end()
    {
        var input = new string('x', 300_000);

        var result = await ChildProcess.Run("tee", ["/dev/stderr"], Long, input);

        Assert.Equal((0, input, input), (result.ExitCode, result.Output, result.Errors));
    }

    [Fact]
    public async Task What_takes_too_long_is_stopped() =>
        await Assert.ThrowsAsync<TimeoutException>(() => ChildProcess.Run("sleep", ["3600"], TimeSpan.FromMilliseconds(200)));

    [Fact]
    public async Task It_can_be_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var running = ChildProcess.Run("cat", ["/dev/zero"], Long, output: _ => cancel.Cancel(), cancel: cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Long));
    }

    [Fact]
    public async Task A_failure_has_its_exit_code_and_the_last_complaint()
    {
        var result = await ChildProcess.Run("ls", ["/absent"], Long);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("/absent", result.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var error = await Assert.ThrowsAsync<IOException>(() => ChildProcess.Run("no-such-program", [], Long));

        Assert.Contains("no-such-program", error.Message, StringComparison.Ordinal);
    }
}
