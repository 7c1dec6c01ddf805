using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform;

/// <summary>The system's libzstd, loaded when first needed, for data that other programs packed with it: .NET 9 cannot unpack it.</summary>
internal static unsafe class Zstd
{
    private static readonly Lazy<nint> Unpacker = new(Load);

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsAvailable => Unpacker.Value != 0;

    /// <summary>Unpacks one frame whose size is known; false without the library, on damage, and when the size is another. Never throws.</summary>
    public static bool TryUnpack(ReadOnlySpan<byte> packed, Span<byte> target)
    {
        if (Unpacker.Value == 0 || packed.IsEmpty || target.IsEmpty)
        {
            return false;
        }

        fixed (byte* from = packed)
        fixed (byte* to = target)
        {
            return ((delegate* unmanaged[Cdecl]<byte*, nuint, byte*, nuint, nuint>)Unpacker.Value)(
                to, (nuint)target.Length, from, (nuint)packed.Length) == (nuint)target.Length;
        }
    }

    private static nint Load() =>
        (NativeLibrary.TryLoad("libzstd.so.1", out nint library) || NativeLibrary.TryLoad("libzstd.so", out library))
        && NativeLibrary.TryGetExport(library, "ZSTD_decompress", out nint unpack) ? unpack : 0;
}
