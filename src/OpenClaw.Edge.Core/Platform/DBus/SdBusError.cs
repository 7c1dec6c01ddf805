using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform.DBus;

/// <summary><c>sd_bus_error</c>. Source: sd_bus_error(3).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SdBusError
{
    /// <summary>Name such as <c>org.freedesktop.DBus.Error.AccessDenied</c>; null for none.</summary>
    public byte* Name;

    /// <summary>What a person reads.</summary>
    public byte* Message;

    private int _needFree;
}
