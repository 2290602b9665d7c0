using System.Globalization;
using System.Runtime.InteropServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>
/// The values of a C array of virTypedParameter by name, as int, uint, long, ulong, double, bool or string. A record takes those it knows;
/// what is left is its <c>Others</c>.
/// </summary>
internal readonly unsafe struct ParameterValues
{
    private readonly Dictionary<string, object> _values;
    private readonly string _prefix;

    /// <summary>Copies the values; the array stays the caller's. A type that isn't known here is left out.</summary>
    public ParameterValues(virTypedParameter* parameters, int count) : this(new(count, StringComparer.Ordinal), "", 0)
    {
        for (var p = parameters; p < parameters + count; p++)
        {
            if (Value(p) is { } value)
                _values[Text.Copy(p->field)!] = value;
        }
    }

    /// <summary>The values of a dictionary, from which they are taken.</summary>
    public ParameterValues(Dictionary<string, object> values) : this(values, "", 0)
    {
    }

    private ParameterValues(Dictionary<string, object> values, string prefix, int number)
    {
        _values = values;
        _prefix = prefix;
        Number = number;
    }

    /// <summary>The number of a list's element in the names: 2 for <c>vcpu.2.time</c>.</summary>
    public int Number { get; }

    /// <summary>What nobody took.</summary>
    public IReadOnlyDictionary<string, object> Others => _values.Count == 0 ? None : _values;

    /// <summary>The same object wherever nothing is left, so that records with equal members are equal.</summary>
    public static IReadOnlyDictionary<string, object> None { get; } = new Dictionary<string, object>();

    /// <summary>A value; null if it isn't there. One of another type stays among the others.</summary>
    public T? Take<T>(string name) where T : struct
    {
        var found = Find(name) switch
        {
            T typed => typed,
            // Some drivers give the narrower type where the description says the wider.
            uint narrow when typeof(T) == typeof(ulong) => (T)(object)(ulong)narrow,
            int narrow when typeof(T) == typeof(long) => (T)(object)(long)narrow,
            _ => default(T?),
        };
        if (found != null)
            _values.Remove(_prefix + name);
        return found;
    }

    /// <summary>A string; null if it isn't there.</summary>
    public string? TakeString(string name)
    {
        if (Find(name) is not string text)
            return null;
        _values.Remove(_prefix + name);
        return text;
    }

    /// <summary>A record of the values whose names begin with this one and a dot; null if there are none.</summary>
    public T? TakeGroup<T>(string name, Func<ParameterValues, T> read) where T : class
    {
        var prefix = $"{_prefix}{name}.";
        return _values.Keys.Any(k => k.StartsWith(prefix, StringComparison.Ordinal)) ? read(new(_values, prefix, 0)) : null;
    }

    /// <summary>Records of the values <c>name.0.x</c>, <c>name.1.x</c> and so on, numbers being left out or not; null if nothing is said of the list.</summary>
    public IReadOnlyList<T>? TakeList<T>(string name, Func<ParameterValues, T> read)
    {
        var prefix = $"{_prefix}{name}.";
        var numbers = new SortedSet<int>();
        foreach (var key in _values.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var rest = key.AsSpan(prefix.Length);
            var dot = rest.IndexOf('.');
            if (dot > 0 && int.TryParse(rest[..dot], NumberStyles.None, null, out var number))
                numbers.Add(number);
        }
        if (numbers.Count == 0 && !_values.ContainsKey(prefix + "count"))
            return null;
        var list = new List<T>(numbers.Count);
        foreach (var number in numbers)
            list.Add(read(new(_values, $"{prefix}{number}.", number)));
        // A count that isn't the list's length says something that the list doesn't.
        if (_values.GetValueOrDefault(prefix + "count") is uint count && count == list.Count)
            _values.Remove(prefix + "count");
        return list;
    }

    private object? Find(string name) => _values.GetValueOrDefault(_prefix + name);

    private static object? Value(virTypedParameter* p) => (TypedParameterType)p->type switch
    {
        TypedParameterType.Int => p->value.i,
        TypedParameterType.Uint => p->value.ui,
        TypedParameterType.Llong => p->value.l,
        TypedParameterType.Ullong => p->value.ul,
        TypedParameterType.Double => p->value.d,
        TypedParameterType.Boolean => p->value.b != 0,
        TypedParameterType.String => Text.Copy(p->value.s),
        _ => null,
    };
}

/// <summary>A C array of virTypedParameter to be sent: <c>using var list = new ParameterList(record.Members(), record.Others);</c></summary>
[StructLayout(LayoutKind.Auto)]
internal unsafe ref struct ParameterList
{
    private virTypedParameter* _pointer;
    private int _count;
    private int _room;

    /// <summary>Members that are null are not sent; a list of strings is sent as its name several times.</summary>
    /// <exception cref="ArgumentException">A value has a type that libvirt doesn't know, or a name is in both places.</exception>
    public ParameterList(IEnumerable<KeyValuePair<string, object?>> members, IEnumerable<KeyValuePair<string, object>> others)
    {
        try
        {
            var sent = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (name, value) in members.Where(m => m.Value != null).Select(m => KeyValuePair.Create(m.Key, m.Value!)).Concat(others))
            {
                if (!sent.Add(name))
                    throw new ArgumentException($"The parameter '{name}' is set as a member and in Others: set one of them.", nameof(others));
                if (value is IEnumerable<string> texts)
                {
                    foreach (var text in texts)
                        Add(name, text);
                }
                else
                {
                    Add(name, value);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public readonly virTypedParameter* Pointer => _pointer;

    public readonly int Count => _count;

    public void Dispose()
    {
        virTypedParamsFree(_pointer, _count);
        this = default;
    }

    private void Add(string name, object value)
    {
        using var field = new Text(name);
        using var text = new Text(value as string);
        fixed (virTypedParameter** list = &_pointer)
        fixed (int* count = &_count, room = &_room)
        {
            Check(value switch
            {
                int v => virTypedParamsAddInt(list, count, room, field.Pointer, v),
                uint v => virTypedParamsAddUInt(list, count, room, field.Pointer, v),
                long v => virTypedParamsAddLLong(list, count, room, field.Pointer, v),
                ulong v => virTypedParamsAddULLong(list, count, room, field.Pointer, v),
                double v => virTypedParamsAddDouble(list, count, room, field.Pointer, v),
                bool v => virTypedParamsAddBoolean(list, count, room, field.Pointer, v ? 1 : 0),
                string => virTypedParamsAddString(list, count, room, field.Pointer, text.Pointer),
                _ => throw new ArgumentException(
                    $"The parameter '{name}' can't be sent as {value.GetType().Name}: use int, uint, long, ulong, double, bool, string or a list of strings.",
                    nameof(value)),
            });
        }
    }
}
