using Libvirt.Generated;

namespace Libvirt;

/// <summary>C's virTypedParameter arrays: a name and a value of one of seven types.</summary>
internal static unsafe class TypedParameters
{
    /// <summary>Values by name, as int, uint, long, ulong, double, bool or string. A type that isn't known here is left out.</summary>
    public static Dictionary<string, object> Read(virTypedParameter* parameters, int count)
    {
        var values = new Dictionary<string, object>(count, StringComparer.Ordinal);
        for (var p = parameters; p < parameters + count; p++)
        {
            if (Value(p) is { } value)
                values[Text.Copy(p->field)!] = value;
        }
        return values;
    }

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
