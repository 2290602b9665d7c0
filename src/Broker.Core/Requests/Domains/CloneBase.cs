using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Domains;

/// <summary>Make many desktops from a base: so many with numbers, or one for each of some people who have none of it yet. Each is made by a request of its own, which this one causes.</summary>
/// <param name="Base">Id of the base.</param>
/// <param name="Number">How many, 1 to 500, called as the base with -01, -02… behind it; whoever asks gets them.</param>
/// <param name="Users">Instead for whom, at most 500 sign-in names: each gets one, called as the base and he.</param>
/// <param name="Volatile">They are removed when they end; as the base says when left out.</param>
/// <param name="MemoryMib">Memory of each in MiB, 64 to 1048576; as the base when left out.</param>
/// <param name="Vcpus">Processors of each, 1 to 64; as the base when left out.</param>
public sealed record CloneBase(
    [Description("The base.")] Guid Base,
    [Description("How many, 1 to 500, with numbers for names.")] int Number = 1,
    [Description("Instead for whom, at most 500 sign-in names; who has one already gets none.")] IReadOnlyList<string>? Users = null,
    [Description("They are removed when they end; as the base says when left out.")] bool? Volatile = null,
    [Description("Memory of each in MiB, 64 to 1048576; as the base when left out.")] int? MemoryMib = null,
    [Description("Processors of each, 1 to 64; as the base when left out.")] int? Vcpus = null) : IRequest<CloneBase>
{
    /// <summary>So many at once.</summary>
    public const int Most = 500;

    /// <inheritdoc/>
    public static Command Spec { get; } = new("clone_base", Lane.Quick, "Make many desktops from a base.")
    {
        Grant = Grant.CreateBase,
        Fold = Fold.Never,
        Tell = Tell.Outcome,
        OfferedOn = d => d is { IsBase: true, IsWhole: true },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Number != 1 && Users is not null) yield return "Give either number, how many desktops to make, or users, for whom.";
        if (Number is < 1 or > Most) yield return $"number is between 1 and {Most}.";
        if (Users is { Count: 0 or > Most }) yield return $"users has 1 to {Most} names.";
        if (Users?.Any(string.IsNullOrWhiteSpace) == true) yield return "users has sign-in names, and no empty ones.";
        foreach (var problem in new Clone(Base, MemoryMib: MemoryMib, Vcpus: Vcpus).Problems()) yield return problem;
    }

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None.AndShared(Base);

    /// <inheritdoc/>
    public Guid? AboutDomain() => Base;
}
