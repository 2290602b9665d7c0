namespace VirtualBox.Simulator.Media;

/// <summary>A medium that VirtualBox knows.</summary>
internal sealed class Medium(Guid id, string kind, string location, string format)
{
    public Guid Id { get; set; } = id;

    /// <summary>HardDisk, DVD or Floppy.</summary>
    public string Kind { get; } = kind;

    public string Location { get; set; } = location;

    public string Format { get; } = format;

    /// <summary>normal, immutable, writethrough, shareable, readonly, multiattach.</summary>
    public string Type { get; set; } = "normal";

    /// <summary>Each start empties it.</summary>
    public bool IsReset { get; set; }

    public Medium? Parent { get; set; }

    public List<Medium> Children { get; } = [];

    /// <summary>The machine in whose file it stands; null for the global registry.</summary>
    public Guid? Owner { get; set; }

    public Medium Base => Parent?.Base ?? this;

    public IEnumerable<Medium> WithDescendants() => Children.SelectMany(c => c.WithDescendants()).Prepend(this);

    /// <summary>Bytes that a machine sees; 0 if its file can't be read.</summary>
    public long Capacity
    {
        get
        {
            try
            {
                using var image = DiskImage.Open(Location);
                return image.Capacity;
            }
            catch (Exception e) when (e is IOException or NotSupportedException or UnauthorizedAccessException)
            {
                return File.Exists(Location) ? new FileInfo(Location).Length : 0;
            }
        }
    }

    public string Variant
    {
        get
        {
            try
            {
                using var image = DiskImage.Open(Location);
                return image.Variant;
            }
            catch (Exception e) when (e is IOException or NotSupportedException or UnauthorizedAccessException)
            {
                return "dynamic";
            }
        }
    }

    /// <summary>What a machine finds in a block, from here or from below.</summary>
    public static Func<int, byte[], bool> Reader(Medium medium, List<DiskImage> open)
    {
        var chain = new List<DiskImage>();
        for (var at = medium; at is not null; at = at.Parent) chain.Add(DiskImage.Open(at.Location));
        open.AddRange(chain);
        return (block, target) => chain.Any(image => block < image.Blocks && image.Read(block, target));
    }

    /// <summary>Writes a flat copy.</summary>
    public void CopyTo(string path, string format, Guid id, bool isFixed)
    {
        var open = new List<DiskImage>();
        try
        {
            var reader = Reader(this, open);
            DiskImage.Create(path, format, open[0].Capacity, id, isFixed, reader);
        }
        finally
        {
            foreach (var image in open) image.Dispose();
        }
    }

    /// <summary>Copies all blocks of this image alone into another.</summary>
    /// <param name="target">Gets them.</param>
    /// <param name="isNewer">Whether they count more than those that are there.</param>
    public void MergeInto(Medium target, bool isNewer)
    {
        using var from = DiskImage.Open(Location);
        using var to = DiskImage.Open(target.Location, FileAccess.ReadWrite);
        var buffer = new byte[DiskImage.Block];
        var there = new byte[DiskImage.Block];
        for (var block = 0; block < Math.Min(from.Blocks, to.Blocks); block++)
        {
            if (!from.Read(block, buffer)) continue;
            if (isNewer || !to.Read(block, there)) to.Write(block, buffer);
        }
    }

    /// <summary>Makes it larger, as a new file with the same content.</summary>
    public void Resize(long capacity)
    {
        var path = $"{Location}.{Guid.NewGuid():n}";
        using (var image = DiskImage.Open(Location))
        {
            Vdi.Create(path, capacity, Id, image.Parent is null ? Vdi.Kind.Dynamic : Vdi.Kind.Difference, image.Parent);
            using var larger = new Vdi(path, FileAccess.ReadWrite);
            var buffer = new byte[DiskImage.Block];
            for (var block = 0; block < image.Blocks; block++)
                if (image.Read(block, buffer)) larger.Write(block, buffer);
        }
        File.Move(path, Location, overwrite: true);
    }
}
