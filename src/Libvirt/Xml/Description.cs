using System.Xml.Linq;

namespace Libvirt;

/// <summary>
/// What libvirt reads as XML, of parts that have types. It knows the elements that are written most; <see cref="More"/> takes all others, and where libvirt's
/// methods take XML they take text, whoever wrote it. Names and paths can't become markup.
/// </summary>
public abstract class Description
{
    /// <summary>Elements and attributes that there is no property for, at the end.</summary>
    public IReadOnlyList<XObject> More { get; init; } = [];

    /// <summary>The element.</summary>
    public XElement ToXml()
    {
        var element = Write();
        element.Add(More);
        return element;
    }

    /// <summary>The XML.</summary>
    public sealed override string ToString() => ToXml().ToString();

    /// <summary>A description may stand where an element is wanted.</summary>
    public static implicit operator XElement(Description description) => description.ToXml();

    /// <summary>The element without <see cref="More"/>.</summary>
    private protected abstract XElement Write();

    /// <summary>An element with what there is of a content.</summary>
    private protected static XElement? Element(string name, object? value) => value == null ? null : new(name, value);

    /// <summary>An element with what there is of attributes; without any there is none.</summary>
    private protected static XElement? Attributes(string name, params (string Name, object? Value)[] attributes)
    {
        var given = attributes.Where(a => a.Value != null).Select(a => new XAttribute(a.Name, a.Value!)).ToList();
        return given.Count == 0 ? null : new(name, given);
    }
}
