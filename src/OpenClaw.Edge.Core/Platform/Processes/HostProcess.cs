using System.Globalization;
using System.Security.Cryptography;

namespace OpenClaw.Edge.Platform;

/// <summary>One command on this machine, leader of its own session, watched by one thread that reads its output and takes its
/// exit status. Output goes to the sink on that thread. Dispose after it has ended; a running one is killed.</summary>
internal sealed class HostProcess : IDisposable
{
    /// <summary>Name of the variable that marks every descendant.</summary>
    public const string Marker = "OPENCLAW_EXEC_ID";

    private const int ThreadStack = 192 * 1024;
    private const int ReadBytes = 32 * 1024;
    private const int QuietMs = 150; // output that comes later than this after the exit belongs to somebody left behind
    private const int LongestDrainMs = 2_000;
    private const int StraySweeps = 8;

    private static readonly TimeSpan s_mercy = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource<ProcessExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly string _mark;
    private readonly Action<ReadOnlySpan<byte>, bool> _sink;
    private readonly int _output;
    private readonly int _errors; // -1: with the output
    private int _input;
    private bool _reaped;

    private HostProcess(int pid, string mark, int output, int errors, int input, Action<ReadOnlySpan<byte>, bool> sink)
    {
        Pid = pid;
        _mark = mark;
        _output = output;
        _errors = errors;
        _input = input;
        _sink = sink;
    }

    /// <summary>Process id, which is its group and session too.</summary>
    public int Pid { get; }

    /// <summary>Completes when it has ended and its output is read.</summary>
    public Task<ProcessExit> Exited => _exited.Task;

    /// <summary>Whether input can be written.</summary>
    public bool TakesInput => Volatile.Read(ref _input) >= 0;

    /// <summary>Starts a program; the flag that the sink gets says standard error. Null with a sentence when the system refuses.</summary>
    public static HostProcess? Start(HostLaunch launch, Action<ReadOnlySpan<byte>, bool> sink, out string problem)
    {
        string mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        string[] environment = [.. launch.Environment.Select(pair => $"{pair.Key}={pair.Value}"), $"{Marker}={mark}"];
        (int output, int errors, int input) = (-1, -1, -1);
        (int childOutput, int childErrors, int childInput) = (-1, -1, -1);
        string? terminal = null;
        int error;
        try
        {
            if (launch.Terminal)
            {
                _ = ExecNative.TryTerminal(out output, out string path, out error);
                terminal = path;
            }
            else
            {
                _ = ExecNative.TryPipe(out output, out childOutput, out error);
                if (error == 0 && launch.SeparateErrors)
                {
                    _ = ExecNative.TryPipe(out errors, out childErrors, out error);
                }

                if (error == 0 && launch.Input)
                {
                    _ = ExecNative.TryPipe(out childInput, out input, out error);
                }
            }

            int pid = 0;
            error = error != 0 ? error
                : ExecNative.Spawn(launch.Arguments, environment, childInput, childOutput, childErrors, terminal, (int?)launch.Folder?.DangerousGetHandle() ?? -1, out pid);
            if (error != 0)
            {
                ExecNative.Close(output);
                ExecNative.Close(errors);
                ExecNative.Close(input);
                problem = string.Create(CultureInfo.InvariantCulture, $"the command could not be started: errno {error}");
                return null;
            }

            problem = "";
            input = launch.Terminal ? output : input;
            ExecNative.DoNotBlock(output);
            ExecNative.DoNotBlock(errors);
            ExecNative.DoNotBlock(input);
            HostProcess process = new(pid, mark, output, errors, input, sink);
            new Thread(process.Watch, ThreadStack) { IsBackground = true, Name = "exec" }.Start();
            return process;
        }
        finally
        {
            ExecNative.Close(childOutput);
            ExecNative.Close(childErrors);
            ExecNative.Close(childInput);
        }
    }

    /// <summary>Writes to its input what fits now.</summary>
    /// <returns>Bytes taken; -1 when it reads no more.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_input < 0)
            {
                return -1;
            }

            int put = ExecNative.Write(_input, bytes);
            return put >= 0 ? put : put is -ExecNative.TryAgain or -ExecNative.Interrupted ? 0 : -1;
        }
    }

    /// <summary>Ends its input.</summary>
    public void CloseInput()
    {
        lock (_gate)
        {
            if (_input >= 0 && _input != _output)
            {
                ExecNative.Close(_input);
            }

            _input = -1;
        }
    }

    /// <summary>Asks the group to end, and kills it and all that it has left anywhere after two seconds.</summary>
    public async Task EndAsync(TimeProvider time)
    {
        Signal(ExecNative.SignalTerminate);
        try
        {
            await _exited.Task.WaitAsync(s_mercy, time);
        }
        catch (TimeoutException)
        {
            // it is asked no longer
        }

        KillAll();
        await _exited.Task;
    }

    /// <summary>Kills the group, and descendants that left it, at once.</summary>
    public void KillAll()
    {
        Signal(ExecNative.SignalKill);
        for (int sweep = 0; sweep < StraySweeps && KillStrays() > 0; sweep++)
        {
            // each sweep may meet children that were born during the last
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_exited.Task.IsCompleted)
        {
            KillAll();
        }
    }

    private void Signal(int signal)
    {
        lock (_gate)
        {
            if (!_reaped)
            {
                ExecNative.Kill(-Pid, signal);
                ExecNative.Kill(Pid, signal);
            }
        }
    }

    // A child may start a session of its own; the marker in its environment stays. Reading others' environments is
    // refused by the kernel, so this touches the gateway's own user only.
    private int KillStrays()
    {
        byte[] mark = System.Text.Encoding.ASCII.GetBytes($"{Marker}={_mark}");
        int killed = 0;
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                || pid == Environment.ProcessId)
            {
                continue;
            }

            try
            {
                if (File.ReadAllBytes(Path.Combine(directory, "environ")).AsSpan().IndexOf(mark) >= 0)
                {
                    ExecNative.Kill(pid, ExecNative.SignalKill);
                    killed++;
                }
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
            {
                // it is gone, or somebody else's
            }
        }

        return killed;
    }

    private void Watch()
    {
        byte[] buffer = new byte[ReadBytes];
        int watch = ExecNative.WatchExit(Pid);
        bool output = true;
        bool errors = _errors >= 0;
        ProcessExit exit = default;
        Span<ExecNative.PollEntry> entries = stackalloc ExecNative.PollEntry[3];
        try
        {
            while (!_reaped)
            {
                entries[2] = new() { Descriptor = watch, Wanted = ExecNative.PollIn };
                _ = Poll(entries, buffer, watch < 0 ? 50 : -1, ref output, ref errors);
                lock (_gate) // its number may be another's as soon as it is reaped
                {
                    if ((watch < 0 || entries[2].Got != 0) && ExecNative.TryReap(Pid, out int code, out int signal))
                    {
                        exit = new ProcessExit(signal == 0 ? code : 128 + signal, signal);
                        _reaped = true;
                    }
                }
            }

            long until = Environment.TickCount64 + LongestDrainMs;
            while ((output || errors) && Environment.TickCount64 < until && Poll(entries[..2], buffer, QuietMs, ref output, ref errors))
            {
                // what was written before the exit is still read
            }
        }
        finally
        {
            CloseInput();
            ExecNative.Close(watch);
            ExecNative.Close(_output);
            ExecNative.Close(_errors);
            _exited.TrySetResult(exit);
        }
    }

    // Waits for either stream, and for what else stands in the entries. False when the time passed with nothing.
    private bool Poll(Span<ExecNative.PollEntry> entries, byte[] buffer, int milliseconds, ref bool output, ref bool errors)
    {
        entries[0] = new() { Descriptor = output ? _output : -1, Wanted = ExecNative.PollIn };
        entries[1] = new() { Descriptor = errors ? _errors : -1, Wanted = ExecNative.PollIn };
        bool any = ExecNative.Poll(entries, milliseconds) > 0;
        output = output && (entries[0].Got == 0 || Take(_output, false, buffer));
        errors = errors && (entries[1].Got == 0 || Take(_errors, true, buffer));
        return any;
    }

    private bool Take(int descriptor, bool isError, byte[] buffer)
    {
        int read = ExecNative.Read(descriptor, buffer);
        if (read > 0)
        {
            _sink(buffer.AsSpan(0, read), isError);
        }

        return read > 0 || read is -ExecNative.TryAgain or -ExecNative.Interrupted;
    }
}
