using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Requests;
using Broker.Core.Settings;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker settings</c>: what holds for everybody. Those of the settings file are not among them.</summary>
internal static class SiteSettingsVerbs
{
    public static Command Command(Terminal terminal) => new("settings", "What holds for everybody, kept in the database.") { Subcommands = { List(terminal), Set(terminal) } };

    private static Command List(Terminal terminal)
    {
        var command = new Command("list", "Show all settings.");
        command.SetAction(async (parsed, cancel) =>
        {
            var now = (await Settings.Open(parsed, terminal).Read(SiteSettingsTable.Read, cancel)).ToJson();
            var usual = SiteSettings.Default.ToJson();
            await terminal.AnswerTable(parsed, SiteSettings.All.Select(s => new { s.Name, value = now[s.Name], usual = usual[s.Name], s.Description }), ["NAME", "VALUE", "USUALLY", "WHAT IT IS"],
                SiteSettings.All.Select(s => (Cell[])[s.Name, now[s.Name]!.ToJsonString(), usual[s.Name]!.ToJsonString(), s.Description]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Set(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "The setting." };
        var value = new Argument<string>("VALUE") { Description = "What it is to be." };
        var by = Settings.AsOption();
        var command = new Command("set", "Change a setting. It holds at once.") { name, value, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var (called, text) = (parsed.GetRequiredValue(name), parsed.GetRequiredValue(value));
            var settings = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by), terminal);
                if (May.Do(caller, Grant.Operate, null) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
                try
                {
                    var changed = (await SiteSettingsTable.Read(s)).With(called, Json(text));
                    await SiteSettingsTable.Write(s, changed);
                    await AuditTable.Insert(s, caller.UserId, caller.Address, "settings", null, changed);
                    return changed;
                }
                catch (SettingsException e)
                {
                    throw new CommandFailedException(e.Message, ExitCode.Usage);
                }
            }, cancel);
            await terminal.Answer(parsed, settings, $"{called} is {settings.ToJson()[called]!.ToJsonString()} now.");
            return ExitCode.Done;
        });
        return command;
    }

    // a number, true, false; whatever else somebody writes is text
    private static JsonNode? Json(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
