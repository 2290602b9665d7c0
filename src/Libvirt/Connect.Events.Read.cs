using System.Threading.Channels;

namespace Libvirt;

// Not unsafe, as the other parts are: there is no await in unsafe code.
public sealed partial class Connect
{
    /// <summary>
    /// Any event as a sequence: <c>connect.ReadEvents&lt;DomainEventLifecycle&gt;(handler => connect.DomainEventLifecycleRegister(handler), token)</c>. It
    /// listens from this call on, keeps what happens until it is read, and ends after the last event when the connection breaks or is disposed. It is read
    /// once; leaving the loop or cancelling ends it.
    /// </summary>
    /// <param name="register">Registers the handler it gets with an event of this connection.</param>
    /// <param name="cancellationToken">Ends the sequence with an <see cref="OperationCanceledException"/>.</param>
    public IAsyncEnumerable<T> ReadEvents<T>(Func<Action<T>, IDisposable> register, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(register);
        var events = Channel.CreateUnbounded<T>(new() { SingleReader = true });
        var closed = RegisterCloseCallback(_ => events.Writer.TryComplete());
        try
        {
            var registration = register(e => events.Writer.TryWrite(e));
            var cancelled = cancellationToken.Register(End);
            return Read(cancelled);

            void End()
            {
                registration.Dispose();
                closed.Dispose();
            }

            async IAsyncEnumerable<T> Read(CancellationTokenRegistration cancelled)
            {
                try
                {
                    await foreach (var e in events.Reader.ReadAllAsync(cancellationToken))
                        yield return e;
                }
                finally
                {
                    await cancelled.DisposeAsync();
                    End();
                }
            }
        }
        catch
        {
            closed.Dispose();
            throw;
        }
    }
}
