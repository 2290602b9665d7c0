using System.Reflection;
using Broker.Core.Requests;
using Microsoft.Extensions.DependencyInjection;

namespace Broker.Backend.Requests;

/// <summary>The handler of each command, found by type.</summary>
public sealed class HandlerList
{
    private readonly Dictionary<Type, IRunner> _runners = [];

    /// <summary>Makes one handler of each kind.</summary>
    /// <exception cref="InvalidOperationException">A command has no handler, or two; the message names it.</exception>
    public HandlerList(IServiceProvider services) : this(services, Assembly.GetExecutingAssembly().GetTypes())
    {
        foreach (var command in Catalogue.All)
        {
            if (!_runners.ContainsKey(command.ArgumentsType))
                throw new InvalidOperationException($"Nothing handles {command.Word}: write {command.ArgumentsType.Name}Handler.");
        }
    }

    internal HandlerList(IServiceProvider services, IEnumerable<Type> types)
    {
        foreach (var type in types.Where(t => t is { IsClass: true, IsAbstract: false }))
        {
            foreach (var handled in type.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IHandler<>)))
            {
                var request = handled.GetGenericArguments()[0];
                var runner = (IRunner)Activator.CreateInstance(typeof(Runner<>).MakeGenericType(request), ActivatorUtilities.CreateInstance(services, type))!;
                if (!_runners.TryAdd(request, runner)) throw new InvalidOperationException($"Two classes handle {request.Name}; one of them is {type.Name}.");
            }
        }
    }

    internal Task<object?> Handle(IRequest request, Work work) => _runners[request.GetType()].Handle(request, work);

    internal Task Undo(IRequest request, Work work, string why) => _runners[request.GetType()].Undo(request, work, why);

    private interface IRunner
    {
        Task<object?> Handle(IRequest request, Work work);

        Task Undo(IRequest request, Work work, string why);
    }

    private sealed class Runner<T>(IHandler<T> handler) : IRunner where T : IRequest<T>
    {
        public Task<object?> Handle(IRequest request, Work work) => handler.Handle((T)request, work);

        public Task Undo(IRequest request, Work work, string why) => handler.Undo((T)request, work, why);
    }
}
