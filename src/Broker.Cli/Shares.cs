using System.CommandLine;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Users;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary>Verbs of <c>broker domains</c> that say who may use a machine besides its owner.</summary>
internal static class Shares
{
    public static Command Share(Terminal terminal) =>
        Verb(terminal, "share", "Let somebody look at a desktop, start it and shut it down.", "Who may use it.", Sharing.Share, "{1} may use {0} now.");

    public static Command Unshare(Terminal terminal) =>
        Verb(terminal, "unshare", "Let somebody use a desktop no more. A screen of it that he has open closes.", "Who may not use it any more.", Sharing.Unshare, "{0} is not shared with {1} any more.");

    private static Command Verb(
        Terminal terminal, string verb, string description, string whom, Func<DbSession, Caller, DomainRow, UserRow, Task> change, string outcome)
    {
        var name = new Argument<string>("NAME|ID") { Description = "The machine." };
        var person = new Argument<string>("USER") { Description = whom };
        var by = Settings.AsOption();
        var command = new Command(verb, description) { name, person, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var (domain, user, shared) = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by), terminal);
                var found = await Domains.Find(s, parsed.GetRequiredValue(name));
                var locked = await DomainsTable.Lock(s, found.Id) ?? throw new CommandFailedException($"{found.Name} has just been removed.", word: "unknown_domain");
                var whose = await Users.Find(s, parsed.GetRequiredValue(person));
                await change(s, caller, locked, whose);
                var now = (await DomainsTable.Get(s, locked.Id))!;
                return (now, whose, await s.Query<string>("SELECT u.name FROM domain_shares d JOIN users u ON u.id = d.user_id WHERE d.domain_id = @Id ORDER BY u.name", new { now.Id }));
            }, cancel);
            await terminal.Answer(parsed, new { domain.Id, domain.Name, shared_with = shared },
                string.Format(System.Globalization.CultureInfo.InvariantCulture, outcome, domain.Name, user.Name));
            return ExitCode.Done;
        });
        return command;
    }
}
