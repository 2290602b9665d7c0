using System.Reflection;
using System.Reflection.Emit;
using Libvirt.Generated;

namespace Libvirt.Tests;

/// <summary>Which functions of libvirt a public method reaches, read from the library's own code.</summary>
internal static class CallGraph
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Assembly s_library = typeof(Connect).Assembly;

    private static readonly Dictionary<short, OpCode> s_opCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(o => o.Value);

    private static readonly Dictionary<MethodBase, List<MethodBase>> s_calls = [];

    /// <summary>The public methods and constructors, each with the functions it reaches.</summary>
    public static IReadOnlyList<(MethodBase Method, IReadOnlySet<string> Functions)> PublicMethods { get; } =
        [.. s_library.GetExportedTypes().SelectMany(t => t.GetMethods(All).Cast<MethodBase>().Concat(t.GetConstructors(All))).Where(m => m.IsPublic || IsExplicit(m)).Select(m => (m, Reached(m)))];

    private static SortedSet<string> Reached(MethodBase start)
    {
        var functions = new SortedSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<MethodBase> { start };
        // What Dispose calls in the end the constructor has given to the handle.
        if (start.Name is "Dispose" or "Close")
            seen.UnionWith(start.DeclaringType!.GetConstructors(All));
        var next = new Queue<MethodBase>(seen);
        while (next.TryDequeue(out var method))
        {
            foreach (var called in Calls(method))
            {
                if (called.DeclaringType == typeof(Native))
                    functions.Add(called.Name);
                else if (seen.Add(called))
                    next.Enqueue(called);
            }
        }
        return functions;
    }

    /// <summary>What a method calls or takes the address of, in this library. An asynchronous method's or an iterator's code is in its state machine.</summary>
    private static List<MethodBase> Calls(MethodBase method)
    {
        if (s_calls.TryGetValue(method, out var known))
            return known;
        var calls = s_calls[method] = [];
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
            return calls;
        var types = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var arguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var i = 0; i < code.Length;)
        {
            var opCode = s_opCodes[code[i] == 0xFE ? (short)(0xFE00 | code[++i]) : code[i]];
            i++;
            if (opCode.OperandType is OperandType.InlineMethod or OperandType.InlineTok
                && method.Module.ResolveMember(BitConverter.ToInt32(code, i), types, arguments) is MethodBase called && called.Module == method.Module)
                calls.Add(Definition(called));
            i += opCode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, i),
                _ => 4,
            };
        }
        // A state machine is started by name only: all of its methods belong to the method that makes it.
        foreach (var machine in calls.Where(c => c.DeclaringType!.Name.StartsWith('<')).Select(c => c.DeclaringType!).Distinct().ToList())
        {
            if (machine.Name.Contains('>') && machine.GetInterfaces().Length > 0)
                calls.AddRange(machine.GetMethods(All));
        }
        if (method.GetCustomAttribute<System.Runtime.CompilerServices.StateMachineAttribute>() is { } attribute)
            calls.AddRange(attribute.StateMachineType.GetMethods(All).Select(Definition));
        return calls;
    }

    private static MethodBase Definition(MethodBase method) =>
        method.DeclaringType!.IsConstructedGenericType || method is MethodInfo { IsConstructedGenericMethod: true }
            ? method.Module.ResolveMethod(method.MetadataToken)!
            : method;

    private static bool IsExplicit(MethodBase method) => method.IsVirtual && method.IsFinal && method.Name.Contains('.');
}
