using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform.DBus;

/// <summary>libsystemd's sd-bus, loaded when a bus is first wanted; none of the functions is variadic. Source: sd-bus(3).</summary>
internal sealed unsafe class SdBusLibrary
{
    private static readonly Lazy<SdBusLibrary?> Loaded = new(Load);

    private SdBusLibrary(nint library)
    {
        New = (delegate* unmanaged<nint*, int>)NativeLibrary.GetExport(library, "sd_bus_new");
        SetAddress = (delegate* unmanaged<nint, byte*, int>)NativeLibrary.GetExport(library, "sd_bus_set_address");
        SetBusClient = (delegate* unmanaged<nint, int, int>)NativeLibrary.GetExport(library, "sd_bus_set_bus_client");
        Start = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "sd_bus_start");
        Close = (delegate* unmanaged<nint, nint>)NativeLibrary.GetExport(library, "sd_bus_close_unref");
        GetFd = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "sd_bus_get_fd");
        Process = (delegate* unmanaged<nint, nint*, int>)NativeLibrary.GetExport(library, "sd_bus_process");
        Call = (delegate* unmanaged<nint, nint, ulong, SdBusError*, nint*, int>)NativeLibrary.GetExport(library, "sd_bus_call");
        NewCall = (delegate* unmanaged<nint, nint*, byte*, byte*, byte*, byte*, int>)NativeLibrary.GetExport(library, "sd_bus_message_new_method_call");
        Append = (delegate* unmanaged<nint, byte, void*, int>)NativeLibrary.GetExport(library, "sd_bus_message_append_basic");
        Open = (delegate* unmanaged<nint, byte, byte*, int>)NativeLibrary.GetExport(library, "sd_bus_message_open_container");
        End = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "sd_bus_message_close_container");
        AppendArray = (delegate* unmanaged<nint, byte, void*, nuint, int>)NativeLibrary.GetExport(library, "sd_bus_message_append_array");
        Read = (delegate* unmanaged<nint, byte, void*, int>)NativeLibrary.GetExport(library, "sd_bus_message_read_basic");
        Enter = (delegate* unmanaged<nint, byte, byte*, int>)NativeLibrary.GetExport(library, "sd_bus_message_enter_container");
        IsSignal = (delegate* unmanaged<nint, byte*, byte*, int>)NativeLibrary.GetExport(library, "sd_bus_message_is_signal");
        GetMember = (delegate* unmanaged<nint, byte*>)NativeLibrary.GetExport(library, "sd_bus_message_get_member");
        GetPath = (delegate* unmanaged<nint, byte*>)NativeLibrary.GetExport(library, "sd_bus_message_get_path");
        Unref = (delegate* unmanaged<nint, nint>)NativeLibrary.GetExport(library, "sd_bus_message_unref");
        FreeError = (delegate* unmanaged<SdBusError*, void>)NativeLibrary.GetExport(library, "sd_bus_error_free");
    }

    /// <summary>The library; null where it is not installed.</summary>
    public static SdBusLibrary? Instance => Loaded.Value;

    public delegate* unmanaged<nint*, int> New { get; }

    public delegate* unmanaged<nint, byte*, int> SetAddress { get; }

    public delegate* unmanaged<nint, int, int> SetBusClient { get; }

    public delegate* unmanaged<nint, int> Start { get; }

    public delegate* unmanaged<nint, nint> Close { get; }

    public delegate* unmanaged<nint, int> GetFd { get; }

    public delegate* unmanaged<nint, nint*, int> Process { get; }

    public delegate* unmanaged<nint, nint, ulong, SdBusError*, nint*, int> Call { get; }

    public delegate* unmanaged<nint, nint*, byte*, byte*, byte*, byte*, int> NewCall { get; }

    public delegate* unmanaged<nint, byte, void*, int> Append { get; }

    public delegate* unmanaged<nint, byte, byte*, int> Open { get; }

    public delegate* unmanaged<nint, int> End { get; }

    public delegate* unmanaged<nint, byte, void*, nuint, int> AppendArray { get; }

    public delegate* unmanaged<nint, byte, void*, int> Read { get; }

    public delegate* unmanaged<nint, byte, byte*, int> Enter { get; }

    public delegate* unmanaged<nint, byte*, byte*, int> IsSignal { get; }

    public delegate* unmanaged<nint, byte*> GetMember { get; }

    public delegate* unmanaged<nint, byte*> GetPath { get; }

    public delegate* unmanaged<nint, nint> Unref { get; }

    public delegate* unmanaged<SdBusError*, void> FreeError { get; }

    private static SdBusLibrary? Load()
    {
        try
        {
            return NativeLibrary.TryLoad("libsystemd.so.0", out nint library) ? new SdBusLibrary(library) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null; // older than 2018: no sd_bus_close_unref
        }
    }
}
