using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform.DBus;

/// <summary>A connection opened and a call sent, for whoever holds the connection: one caller at a time.</summary>
internal static unsafe class BusCall
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5); // everybody asked here is a local daemon

    /// <summary>The library. Throws <see cref="BusException"/> where it is not installed.</summary>
    public static SdBusLibrary Library =>
        SdBusLibrary.Instance ?? throw new BusException("org.openclaw.Edge.NoLibrary", "libsystemd.so.0 is not installed");

    /// <summary>Connects to a bus, or directly to the one who is called; the caller closes it. Throws <see cref="BusException"/>.</summary>
    public static nint Open(SdBusLibrary library, string address, bool direct)
    {
        nint bus;
        Check(library.New(&bus));
        int result;
        fixed (byte* text = BusMessage.Zero(address))
        {
            result = library.SetAddress(bus, text);
        }

        result = result < 0 ? result : library.SetBusClient(bus, direct ? 0 : 1);
        result = result < 0 ? result : library.Start(bus);
        if (result < 0)
        {
            library.Close(bus);
        }

        Check(result);
        return bus;
    }

    /// <summary>Calls and waits.</summary>
    /// <returns>The answer, which the caller gives back (<c>Unref</c>). Throws <see cref="BusException"/>.</returns>
    public static nint Send(SdBusLibrary library, nint bus, string destination, string path, string contract, string member, BusWrite? write)
    {
        nint message = 0;
        nint answer = 0;
        SdBusError error = default;
        try
        {
            fixed (byte* to = BusMessage.Zero(destination), at = BusMessage.Zero(path), of = BusMessage.Zero(contract), name = BusMessage.Zero(member))
            {
                Check(library.NewCall(bus, &message, to, at, of, name));
            }

            write?.Invoke(new BusMessage(library, message));
            int result = QuietThread.Call(library, bus, message, (ulong)AnswerTimeout.TotalMicroseconds, &error, &answer);
            return result >= 0 ? answer : throw new BusException(
                Marshal.PtrToStringUTF8((nint)error.Name) ?? $"error {-result}",
                $"{destination} {member}: {Marshal.PtrToStringUTF8((nint)error.Message) ?? $"error {-result}"}");
        }
        finally
        {
            library.FreeError(&error);
            library.Unref(message);
        }
    }

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new BusException("org.openclaw.Edge.NoBus", $"there is no system bus: error {-result}");
        }
    }
}
