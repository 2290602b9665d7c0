namespace Broker.Core.Access;

/// <summary>How far a grant goes; each includes those before it. What is about no machine has none or all.</summary>
public enum Reach
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>What is one's own.</summary>
    Own,

    /// <summary>Also clones of one's own bases.</summary>
    Clones,

    /// <summary>Also any clone.</summary>
    AllClones,

    /// <summary>Everything.</summary>
    All,
}

/// <summary>Which machines a reach covers.</summary>
public static class Reaches
{
    /// <summary>Does it cover a machine?</summary>
    /// <param name="reach">How far.</param>
    /// <param name="user">Whose reach.</param>
    /// <param name="owner">Whose machine.</param>
    /// <param name="baseOwner">Whose base it is a clone of; null when it is no clone.</param>
    public static bool Covers(this Reach reach, long user, long owner, long? baseOwner) => reach switch
    {
        Reach.None => false,
        Reach.Own => owner == user,
        Reach.Clones => owner == user || baseOwner == user,
        Reach.AllClones => owner == user || baseOwner is not null,
        Reach.All => true,
    };
}
