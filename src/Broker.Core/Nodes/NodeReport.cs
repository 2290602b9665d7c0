namespace Broker.Core.Nodes;

/// <summary>What a back end found when it looked a host over (<c>check_node</c>). It judges nothing: whoever reads it does.</summary>
/// <param name="Node">Name of the host.</param>
/// <param name="Manager">What drives it.</param>
/// <param name="BackEndHost">Name of the machine whose back end looked.</param>
/// <param name="AnswerMs">How long the host took to list its domains, in milliseconds.</param>
/// <param name="Domains">How many it listed, others' too.</param>
/// <param name="Facts">What it told about itself, and what its VM manager found when it examined it.</param>
/// <param name="Storage">The folders of disk images, the one that is taken when none is named first.</param>
/// <param name="Library">The folder of images that may be imported.</param>
/// <param name="Displays">The folder of display sockets.</param>
/// <param name="LongestSocketPath">How many bytes the path of a display socket has there.</param>
public sealed record NodeReport(
    string Node, VmManagerKind Manager, string BackEndHost, double AnswerMs, int Domains, IReadOnlyDictionary<string, string> Facts,
    IReadOnlyList<StorageReport> Storage, FolderReport Library, FolderReport Displays, int LongestSocketPath);

/// <summary>A folder of disk images, as the back end sees it.</summary>
/// <param name="Name">Its name on the host.</param>
/// <param name="Folder">What it is like.</param>
public sealed record StorageReport(string Name, FolderReport Folder);

/// <summary>A folder, as the back end sees it.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Problem">Why it can't be used; null when it can.</param>
/// <param name="Mode">Its mode bits, as chmod takes them.</param>
/// <param name="FreeBytes">Room left for the back end on its file system.</param>
/// <param name="TotalBytes">Size of that file system.</param>
public sealed record FolderReport(string Path, string? Problem, int Mode, long FreeBytes, long TotalBytes);
