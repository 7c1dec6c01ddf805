namespace OpenClaw.Edge.Care;

/// <summary>Field offsets of a ustar header. Source: POSIX.1-2017, pax, "ustar Interchange Format". Our own reader and writer, because
/// they take regular files and nothing else: a link or a device cannot even be expressed.</summary>
internal static class TarFormat
{
    public const int Block = 512;
    public const int NameLength = 100;
    public const int ModeAt = 100;
    public const int SizeAt = 124;
    public const int TimeAt = 136;
    public const int SumAt = 148;
    public const int KindAt = 156;
    public const int MagicAt = 257;
    public const int PrefixAt = 345;
    public const int PrefixLength = 155;

    /// <summary>Size of an extended header or a long name that is still read.</summary>
    public const int MaxExtended = 64 << 10;

    /// <summary>Sum of the header's bytes, with its own field taken as spaces.</summary>
    public static int Sum(ReadOnlySpan<byte> header)
    {
        int sum = 8 * ' ';
        for (int i = 0; i < Block; i++)
        {
            sum += i is >= SumAt and < SumAt + 8 ? 0 : header[i];
        }

        return sum;
    }

    /// <summary>Bytes between the end of a member and the next block.</summary>
    public static int Padding(long size) => (int)((Block - (size % Block)) % Block);
}
