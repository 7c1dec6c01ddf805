namespace OpenClaw.Edge.Platform;

/// <summary>What the kernel says of a file.</summary>
/// <param name="Mode">Type and permission bits, as in <c>st_mode</c>.</param>
/// <param name="Links">How many names the file has.</param>
/// <param name="Length">Bytes.</param>
/// <param name="ChangedAtNs">When content or facts last changed, in nanoseconds since 1970; the kernel's own note, which no program can set.</param>
/// <param name="Owner">Number of the user that it belongs to.</param>
internal readonly record struct FileStat(uint Mode, uint Links, long Length, long ChangedAtNs = 0, uint Owner = 0)
{
    private const uint TypeMask = 0xF000;

    /// <summary>A plain file.</summary>
    public bool IsRegular => (Mode & TypeMask) == 0x8000;

    /// <summary>A directory.</summary>
    public bool IsDirectory => (Mode & TypeMask) == 0x4000;

    /// <summary>A symbolic link.</summary>
    public bool IsLink => (Mode & TypeMask) == 0xA000;

    /// <summary>Whether root alone can change it. A link is what it leads to, and does not count against it.</summary>
    public bool IsRootsOwn => Owner == 0 && (IsLink || (Mode & 0x12) == 0); // writable by group, by others

    /// <summary>The nine permission bits.</summary>
    public uint Permissions => Mode & 0x1FF;
}
