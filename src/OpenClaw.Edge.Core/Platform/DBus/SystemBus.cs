using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform.DBus;

/// <summary>One connection to the system bus: calls, and the signals that were asked for. It has no thread of its own: the runtime's poll wakes it
/// when something comes. Calls wait for their answer on a pool thread, one at a time. Thread-safe.</summary>
public sealed class SystemBus : IAsyncDisposable
{
    /// <summary>Where the bus is unless <c>DBUS_SYSTEM_BUS_ADDRESS</c> says otherwise.</summary>
    public const string DefaultAddress = "unix:path=/run/dbus/system_bus_socket";

    private readonly SdBusLibrary _library;
    private readonly Lock _gate = new();
    private readonly Socket _wake;
    private readonly Action<BusSignal> _onSignal;
    private readonly CancellationTokenSource _stopping;
    private readonly Task _loop;
    private nint _bus;

    private SystemBus(SdBusLibrary library, nint bus, Socket wake, Action<BusSignal> onSignal, CancellationToken cancellationToken)
    {
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _library = library;
        _bus = bus;
        _wake = wake;
        _onSignal = onSignal;
        _loop = Task.Run(ReadAsync, CancellationToken.None); // it has to see the end of the connection itself
    }

    /// <summary>Completes when the connection has ended, from either side.</summary>
    public Task Ended => _loop;

    /// <summary>The address to use.</summary>
    public static string AddressOf(string? variable) => string.IsNullOrEmpty(variable) ? DefaultAddress : variable;

    /// <summary>Connects. Throws <see cref="BusException"/> when there is no library or no bus.</summary>
    /// <param name="address">D-Bus address.</param>
    /// <param name="onSignal">Gets the signals, one after the other; must not block.</param>
    /// <param name="cancellationToken">Ends the wait for every call on this connection: a bus that accepts and says nothing holds nobody up.</param>
    public static Task<SystemBus> ConnectAsync(string address, Action<BusSignal> onSignal, CancellationToken cancellationToken) =>
        Task.Run(() => Connect(address, onSignal, cancellationToken), cancellationToken);

    /// <summary>Calls a method and reads its answer. Throws <see cref="BusException"/>.</summary>
    public Task<T> CallAsync<T>(string destination, string path, string contract, string member, BusWrite? write, BusRead<T> read) =>
        Task.Run(() => Call(destination, path, contract, member, write, read)).WaitAsync(_stopping.Token);

    /// <summary>Calls a method whose answer says nothing.</summary>
    public Task CallAsync(string destination, string path, string contract, string member, BusWrite? write = null) =>
        CallAsync(destination, path, contract, member, write, static _ => 0);

    /// <summary>Asks for signals by a match rule. Source: D-Bus specification, match rules.</summary>
    public Task ListenAsync(string rule) =>
        CallAsync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", message => message.Text(rule));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();

        // A call that still waits for a dead bus ends by its own time limit; the connection is then left to the end of the process.
        if (_gate.TryEnter(TimeSpan.FromMilliseconds(200)))
        {
            if (_bus != 0)
            {
                Close();
            }

            _gate.Exit();
            await _loop;
            _wake.Dispose();
        }

        _stopping.Dispose();
    }

    private static unsafe SystemBus Connect(string address, Action<BusSignal> onSignal, CancellationToken cancellationToken)
    {
        SdBusLibrary library = BusCall.Library;
        nint bus = BusCall.Open(library, address, direct: false);
        bool made = false;
        try
        {
            var connection = new SystemBus(library, bus, BusDescriptor.WakeOf(library.GetFd(bus)), onSignal, cancellationToken);
            made = true;
            return connection;
        }
        finally
        {
            if (!made)
            {
                library.Close(bus);
            }
        }
    }

    private unsafe T Call<T>(string destination, string path, string contract, string member, BusWrite? write, BusRead<T> read)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_bus == 0, this);
            nint answer = BusCall.Send(_library, _bus, destination, path, contract, member, write);
            try
            {
                T value = read(new BusMessage(_library, answer));
                Drain(); // signals that came before the answer lie in memory: nothing would wake the loop for them
                return value;
            }
            finally
            {
                _library.Unref(answer);
            }
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    if (!Drain())
                    {
                        return;
                    }
                }

                await _wake.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, _stopping.Token); // returns when there is something, and takes nothing
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // disposed, or the bus went away
        }
    }

    // Under the lock. False when the connection has ended.
    private unsafe bool Drain()
    {
        while (_bus != 0)
        {
            nint message;
            int result = Next(&message);
            if (result > 0)
            {
                Hand(message);
            }

            if (result == 0)
            {
                return true;
            }

            if (result < 0)
            {
                Close();
            }
        }

        return false;
    }

    private unsafe int Next(nint* message)
    {
        *message = 0; // stays so for what sd-bus has dealt with itself
        return _library.Process(_bus, message);
    }

    private unsafe void Hand(nint message)
    {
        if (message == 0 || _library.IsSignal(message, null, null) <= 0)
        {
            _library.Unref(message);
            return;
        }

        var reader = new BusMessage(_library, message);
        int? number = reader.ReadNumber('b') ?? reader.ReadNumber();
        List<string> texts = [];
        for (string text = number is null ? reader.ReadText() : ""; text.Length > 0; text = reader.ReadText())
        {
            texts.Add(text);
        }

        _onSignal(new BusSignal(
            Marshal.PtrToStringUTF8((nint)_library.GetPath(message)) ?? "", Marshal.PtrToStringUTF8((nint)_library.GetMember(message)) ?? "", texts, number));
        _library.Unref(message);
    }

    private unsafe void Close()
    {
        _library.Close(_bus);
        _bus = 0;
    }
}
