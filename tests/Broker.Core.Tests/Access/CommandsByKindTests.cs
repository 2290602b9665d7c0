using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Testing;
using Xunit.Abstractions;

namespace Broker.Core.Tests.Access;

/// <summary>Every command there is, asked for by every kind of person there is, on a desktop and on its base. A new command shows here by itself.</summary>
public class CommandsByKindTests(ITestOutputHelper output)
{
    private static readonly Grant[] OfMachines = [.. Enum.GetValues<Grant>().Where(Holdings.IsAboutMachines)];

    [Fact]
    public async Task EveryCommandAnswersEveryKindAsTheTableSays()
    {
        var world = await World.New();
        var (kinds, things) = await Prepare(world);
        var table = new StringBuilder();
        var answers = 0;
        foreach (var command in Catalogue.All.OrderBy(c => c.Word, StringComparer.Ordinal))
        {
            foreach (var on in command.Arguments.Any(a => a.Name == "domain" && !a.IsSetByWriter) ? (string[])["desktop", "base"] : [""])
            {
                var line = new List<string>();
                foreach (var (_, caller, desktop) in kinds) line.Add(await Ask(world, caller, Example(command, on == "base" ? things.Base : desktop, desktop, things)));
                table.AppendLine(Line(command.Word, Word.Of(command.Grant), on, line));
                answers += line.Count;
            }
        }

        var count = $"{Catalogue.All.Count} commands x {kinds.Count} kinds, those about a machine on a desktop and on its base: {answers} answers";
        output.WriteLine(count);
        Golden.Check("tests/Broker.Core.Tests/commands-by-kind.golden",
            $"""
            # {count}
            # ok: it may be asked for. no: he may not. hidden: as if the machine were not there. refused: he may, and it makes no sense for this one.
            # The desktop is student's, a clone of teacher's published base; shared with sharer. Access rules keep kept_out away, who has a desktop of it from before.
            {Line("command", "grant", "on", kinds.Select(k => k.Name))}
            {table}
            """);
    }

    [Fact]
    public void EveryCommandHasAnExampleThatCanBeDecodedAndHasNoProblems()
    {
        var things = new Things(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), 1);
        foreach (var command in Catalogue.All) Assert.Empty(Example(command, Guid.NewGuid(), Guid.NewGuid(), things).Problems());
    }

    private static string Line(string command, string grant, string on, IEnumerable<string> answers) =>
        $"{command,-22} {grant,-16} {on,-8} {string.Join(' ', answers.Select(a => $"{a,-9}"))}".TrimEnd();

    private sealed record Things(Guid Base, Guid OtherBase, Guid Snapshot, long Somebody);

    private static async Task<(List<(string Name, Caller Caller, Guid Desktop)> Kinds, Things Things)> Prepare(World world)
    {
        var student = await world.User("student");
        var sharer = await world.User("sharer");
        var somebody = await world.User("somebody");
        var keptOut = await world.User("kept_out");
        var maker = Granted(await world.User("teacher"), Reach.Own, Grant.CreateBase);
        var origin = await world.Machine("base", maker, isBase: true, isPublic: true);
        var otherBase = await world.Machine("other-base", isBase: true);
        var (desktop, old) = (await Clone("desktop", student), await Clone("old", keptOut));
        await world.Db.Transaction(async s =>
        {
            await DomainsTable.SetShared(s, desktop, sharer.UserId, true);
            await BaseRules.Change(s, world.Admin, (await DomainsTable.Lock(s, origin.Id))!, new AccessRules([new(RuleKind.User, false) { Id = keptOut.UserId }], []), seen: null);
        });
        var nothing = student with { Grants = Enum.GetValues<Grant>().ToDictionary(g => g, _ => new Holding(Reach.None, "taken from you")) };
        return (
        [
            ("student", student, desktop.Id),
            ("bereft", nothing, desktop.Id),
            ("sharer", sharer, desktop.Id),
            ("other", somebody, desktop.Id),
            ("kept_out", keptOut, old.Id),
            ("guest", somebody with { IsTemporary = true }, desktop.Id),
            ("maker", maker, desktop.Id),
            ("teacher", Granted(maker, Reach.Clones, OfMachines), desktop.Id),
            ("clones", Granted(somebody, Reach.AllClones, OfMachines), desktop.Id),
            ("viewer", Granted(somebody, Reach.All, Grant.View, Grant.Start), desktop.Id),
            ("people", Granted(somebody, Reach.All, Grant.ManageUsers, Grant.ViewGroups, Grant.ManageGroups, Grant.Grant, Grant.ReadAudit, Grant.Book), desktop.Id),
            ("operator", Granted(somebody, Reach.All, Grant.Operate), desktop.Id),
            ("admin", world.Admin, desktop.Id),
        ], new Things(origin.Id, otherBase.Id, Guid.NewGuid(), somebody.UserId));

        async Task<DomainRow> Clone(string name, Caller owner)
        {
            var clone = await world.Machine(name, owner);
            await world.Db.Transaction(s => DomainsTable.SetBaseId(s, clone.Id, origin.Id));
            return (await world.Domain(clone.Id))!;
        }
    }

    private static Caller Granted(Caller caller, Reach reach, params Grant[] grants) =>
        caller with { Grants = new Dictionary<Grant, Holding>(caller.Grants.Concat(grants.Select(g => KeyValuePair.Create(g, new Holding(reach, "granted to you")))).GroupBy(g => g.Key).Select(g => g.Last())) };

    // Nothing is written, so that each is asked on the same rows.
    private static async Task<string> Ask(World world, Caller caller, IRequest request)
    {
        try
        {
            await world.Db.Transaction(async s =>
            {
                await RequestWriter.Submit(s, caller, request);
                throw new NotMeantException();
            });
            throw new InvalidOperationException("It was written.");
        }
        catch (NotMeantException)
        {
            return "ok";
        }
        catch (RequestRefusedException e)
        {
            return e.Code switch
            {
                "not_allowed" => "no",
                "unknown_domain" => "hidden",
                "bad_arguments" => throw new InvalidOperationException($"The example of {Catalogue.Of(request).Word} is wrong: {e.Message}", e),
                _ => "refused",
            };
        }
    }

    // What is required, and of what is not required what says on which machine or for whom it is to be.
    private static IRequest Example(Command command, Guid domain, Guid desktop, Things things)
    {
        var args = new JsonObject();
        foreach (var argument in command.Arguments.Where(a => !a.IsSetByWriter && (a.IsRequired || a.Name is "over"))) args[argument.Name] = Value(command, argument, domain, desktop, things);
        return Catalogue.Decode(command.Word, JsonSerializer.SerializeToElement(args));
    }

    private static JsonNode Value(Command command, Argument argument, Guid domain, Guid desktop, Things things) => (argument.Name, argument.Type) switch
    {
        ("domain" or "over", _) => domain.ToString(),
        ("source", _) => desktop.ToString(),
        ("base", _) => (command.Arguments.Any(a => a.Name == "domain" && !a.IsSetByWriter) ? things.OtherBase : things.Base).ToString(),
        ("snapshot", _) => things.Snapshot.ToString(),
        ("owner" or "user", _) => things.Somebody,
        ("node", _) => "here",
        ("machine", _) => Guid.Empty.ToString(),
        ("target", _) => "vda",
        ("storage", _) => "pool",
        ("name", _) => "new-name",
        ("size_mib", _) => 1024,
        ("file", _) => command.Word == "remove_backup" || command.Word == "restore_backup" ? "desktop.tar" : "image.qcow2",
        ("files", _) => new JsonArray("unused.qcow2"),
        _ when argument.Words is { } words => words[^1],
        _ => throw new InvalidOperationException($"{command.Word} has a new argument {argument.Name} ({argument.Kind}): say in {nameof(CommandsByKindTests)}.{nameof(Value)} what it could be."),
    };

    private sealed class NotMeantException : Exception;
}
