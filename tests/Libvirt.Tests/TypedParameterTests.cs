using Libvirt.Generated;

namespace Libvirt.Tests;

public class TypedParameterTests
{
    [Fact]
    public unsafe void EachOfTheSevenTypesComesBackAsItself()
    {
        virTypedParameter* list = null;
        int count = 0, room = 0;
        using var value = new Text("un valor");
        fixed (byte* i = "int\0"u8, ui = "uint\0"u8, l = "long\0"u8, ul = "ulong\0"u8, d = "double\0"u8, b = "bool\0"u8, s = "string\0"u8)
        {
            Assert.Equal(0, Native.virTypedParamsAddInt(&list, &count, &room, i, -1));
            Assert.Equal(0, Native.virTypedParamsAddUInt(&list, &count, &room, ui, uint.MaxValue));
            Assert.Equal(0, Native.virTypedParamsAddLLong(&list, &count, &room, l, long.MinValue));
            Assert.Equal(0, Native.virTypedParamsAddULLong(&list, &count, &room, ul, ulong.MaxValue));
            Assert.Equal(0, Native.virTypedParamsAddDouble(&list, &count, &room, d, 0.5));
            Assert.Equal(0, Native.virTypedParamsAddBoolean(&list, &count, &room, b, 1));
            Assert.Equal(0, Native.virTypedParamsAddString(&list, &count, &room, s, value.Pointer));
        }
        var values = TypedParameters.Read(list, count);
        Native.virTypedParamsFree(list, count);
        Assert.Equal(new Dictionary<string, object>
        {
            ["int"] = -1,
            ["uint"] = uint.MaxValue,
            ["long"] = long.MinValue,
            ["ulong"] = ulong.MaxValue,
            ["double"] = 0.5,
            ["bool"] = true,
            ["string"] = "un valor",
        }, values);
    }
}
