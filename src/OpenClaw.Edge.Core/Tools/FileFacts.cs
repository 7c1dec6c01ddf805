namespace OpenClaw.Edge.Tools;

/// <summary>What the kernel says of a file.</summary>
/// <param name="Mode">Type and permission bits, as in <c>st_mode</c>.</param>
/// <param name="Links">How many names the file has.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct FileFacts(uint Mode, uint Links, long Length)
{
    private const uint TypeMask = 0xF000;

    /// <summary>A plain file.</summary>
    public bool IsRegular => (Mode & TypeMask) == 0x8000;

    /// <summary>A directory.</summary>
    public bool IsDirectory => (Mode & TypeMask) == 0x4000;

    /// <summary>A symbolic link.</summary>
    public bool IsLink => (Mode & TypeMask) == 0xA000;

    /// <summary>The nine permission bits.</summary>
    public uint Permissions => Mode & 0x1FF;
}
