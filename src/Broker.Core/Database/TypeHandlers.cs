using System.Data;
using System.Globalization;
using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Devices;
using Dapper;

namespace Broker.Core.Database;

/// <summary>How .NET types lie in columns: enums as words, ids as text, instants in UTC, JSON as text.</summary>
internal static class TypeHandlers
{
    public static void Register()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.Settings.PreferTypeHandlersForEnums = true;

        foreach (var type in typeof(TypeHandlers).Assembly.GetTypes().Where(t => t.IsEnum))
            SqlMapper.AddTypeHandler(type, (SqlMapper.ITypeHandler)Activator.CreateInstance(typeof(WordHandler<>).MakeGenericType(type))!);

        SqlMapper.RemoveTypeMap(typeof(Guid));
        SqlMapper.RemoveTypeMap(typeof(Guid?));
        SqlMapper.AddTypeHandler(new GuidHandler());
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(new InstantHandler());
        SqlMapper.AddTypeHandler(new JsonHandler());
        SqlMapper.AddTypeHandler(new ListHandler<string>());
        SqlMapper.AddTypeHandler(new ListHandler<long>());
        SqlMapper.AddTypeHandler(new ListHandler<Guid>());
        SqlMapper.AddTypeHandler(new HardwareHandler());
        SqlMapper.AddTypeHandler(new AccessRulesHandler());
    }

    private sealed class WordHandler<T> : SqlMapper.TypeHandler<T> where T : struct, Enum
    {
        public override T Parse(object value) => Word.Parse<T>((string)value);

        public override void SetValue(IDbDataParameter parameter, T value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = Word.Of(value);
        }
    }

    private sealed class GuidHandler : SqlMapper.TypeHandler<Guid>
    {
        public override Guid Parse(object value) => value is Guid id ? id : Guid.Parse((string)value, CultureInfo.InvariantCulture);

        public override void SetValue(IDbDataParameter parameter, Guid value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = value.ToString();
        }
    }

    private sealed class InstantHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) => new(DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc));

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
        {
            parameter.DbType = DbType.DateTime;
            parameter.Value = value.UtcDateTime;
        }
    }

    private sealed class JsonHandler : SqlMapper.TypeHandler<JsonElement>
    {
        public override JsonElement Parse(object value)
        {
            using var document = JsonDocument.Parse((string)value);
            return document.RootElement.Clone();
        }

        public override void SetValue(IDbDataParameter parameter, JsonElement value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = value.GetRawText();
        }
    }

    private sealed class HardwareHandler : SqlMapper.TypeHandler<Hardware>
    {
        public override Hardware Parse(object value) => Hardware.Parse((string)value);

        public override void SetValue(IDbDataParameter parameter, Hardware? value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = value?.ToString();
        }
    }

    private sealed class AccessRulesHandler : SqlMapper.TypeHandler<AccessRules>
    {
        public override AccessRules Parse(object value) => AccessRules.Parse((string)value);

        public override void SetValue(IDbDataParameter parameter, AccessRules? value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = value?.ToString();
        }
    }

    private sealed class ListHandler<T> : SqlMapper.TypeHandler<IReadOnlyList<T>>
    {
        public override IReadOnlyList<T> Parse(object value) => JsonSerializer.Deserialize<List<T>>((string)value)!;

        public override void SetValue(IDbDataParameter parameter, IReadOnlyList<T>? value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = JsonSerializer.Serialize(value);
        }
    }
}
