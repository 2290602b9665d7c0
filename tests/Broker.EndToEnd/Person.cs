namespace Broker.EndToEnd;

/// <summary>Somebody with an account.</summary>
/// <param name="Id">Key of the account.</param>
/// <param name="Name">Sign-in name.</param>
/// <param name="Password">In clear: made for one run.</param>
public sealed record Person(long Id, string Name, string Password);
