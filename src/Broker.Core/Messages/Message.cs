using System.Globalization;
using System.Text.Json.Serialization;

namespace Broker.Core.Messages;

/// <summary>What a message is about. The portal has a sentence for each, made from the fields of its <see cref="Message"/>.</summary>
public enum MessageKind
{
    /// <summary>A request of the reader's ended. No data: command, state, error code and text stand beside it.</summary>
    RequestEnded,

    /// <summary>A desktop of his is going to end by itself: <c>reason</c>, <c>ends_at</c> (time).</summary>
    DesktopEndsSoon,

    /// <summary>A desktop of his is being ended by Broker: <c>reason</c>, <c>hibernated</c> (whether its memory is saved), <c>limit</c> (how many he may run; null unless that is the reason).</summary>
    DesktopEnded,

    /// <summary>The saved memory of a desktop of his could not be brought back: it was started afresh. No data.</summary>
    MemoryLost,
}

/// <summary>Why Broker ends a desktop.</summary>
public enum EndReason
{
    /// <summary>It has run as long as it may.</summary>
    RunTime,

    /// <summary>Its owner has more running than he may.</summary>
    StartLimit,

    /// <summary>Nobody has been connected to it for a while.</summary>
    Disconnected,

    /// <summary>Somebody has booked what it uses.</summary>
    Booked,
}

/// <summary>Something that Broker tells the owner of a desktop by itself. What it holds is kept with the message as JSON.</summary>
/// <param name="Kind">What it is about.</param>
public abstract record Message([property: JsonIgnore] MessageKind Kind)
{
    /// <summary>All of it in an English sentence, for whoever does not know the kind.</summary>
    /// <param name="desktop">What the desktop is called.</param>
    public abstract string Text(string desktop);
}

/// <inheritdoc cref="MessageKind.DesktopEndsSoon"/>
/// <param name="Reason">Why.</param>
/// <param name="EndsAt">When.</param>
public sealed record DesktopEndsSoon(EndReason Reason, DateTimeOffset EndsAt) : Message(MessageKind.DesktopEndsSoon)
{
    /// <inheritdoc/>
    public override string Text(string desktop)
    {
        var why = Reason switch
        {
            EndReason.RunTime => "it may not run longer",
            EndReason.StartLimit => "you have more desktops running than you may",
            EndReason.Disconnected => "nobody is connected to it",
            EndReason.Booked => "others have booked it",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{desktop} is going to be shut down at {EndsAt.UtcDateTime:HH:mm} UTC, because {why}. Save your work.");
    }
}

/// <inheritdoc cref="MessageKind.DesktopEnded"/>
/// <param name="Reason">Why.</param>
/// <param name="Hibernated">Its memory is saved, and its next start goes on there; else it is shut down.</param>
/// <param name="Limit">How many the reader may have running, if that is the reason.</param>
public sealed record DesktopEnded(EndReason Reason, bool Hibernated, int? Limit = null) : Message(MessageKind.DesktopEnded)
{
    /// <inheritdoc/>
    public override string Text(string desktop)
    {
        var why = Reason switch
        {
            EndReason.RunTime => "it has run as long as it may",
            EndReason.StartLimit => $"you started another one and may have {Limit} running at a time",
            EndReason.Disconnected => "nobody was connected to it",
            EndReason.Booked => "others have booked it",
        };
        return $"{desktop} is being {(Hibernated ? "hibernated" : "shut down")}, because {why}.{(Hibernated ? " Its next start goes on where it was." : "")}";
    }
}

/// <inheritdoc cref="MessageKind.MemoryLost"/>
public sealed record MemoryLost() : Message(MessageKind.MemoryLost)
{
    /// <inheritdoc/>
    public override string Text(string desktop) => $"The saved memory of {desktop} could not be brought back: it was started afresh, and what had not been saved to disk in it is lost.";
}
