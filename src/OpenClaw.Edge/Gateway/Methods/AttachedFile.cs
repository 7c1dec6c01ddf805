namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>A file that came with a message and is no image.</summary>
internal sealed class AttachedFile(string name, string mime, byte[] content)
{
    /// <summary>Its name, as safe as a file name must be.</summary>
    public string Name => name;

    /// <summary>Its kind, such as <c>application/pdf</c>.</summary>
    public string Mime => mime;

    /// <summary>Its bytes.</summary>
    public byte[] Content => content;
}
