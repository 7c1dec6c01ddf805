using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Automation;

/// <summary>Runs commands of jobs as commands of their agent: its exec policy, its approvals, its sandbox and the ledger hold for them; the agent's
/// list of tools does not, because a person has made the job. Thread-safe.</summary>
internal sealed class CronCommands(ToolInvocation tools, TimeProvider time)
{
    /// <summary>The tools, for scripts that call them.</summary>
    public ToolInvocation Tools => tools;

    /// <summary>Runs a command to its end. Throws only when it is cancelled, and then it is gone.</summary>
    public async Task<CronCommandEnd> RunAsync(SessionKey key, AgentEntry agent, CronCommand command, CancellationToken cancellationToken)
    {
        JsonElement arguments = CronFields.Build(json =>
        {
            json.WriteString("command"u8, command.Line);
            json.WriteNumber("timeoutSeconds"u8, command.Seconds);
            if (command.Cwd is { } folder)
            {
                json.WriteString("workdir"u8, folder);
            }

            if (command.Env is { } env)
            {
                json.WritePropertyName("env"u8);
                env.WriteTo(json);
            }
        });
        Tail output = new(command.KeptBytes);
        Tail errors = new(command.KeptBytes);
        long heard = time.GetTimestamp();
        ExecTap tap = new()
        {
            Input = command.Input,
            IsWatch = command.IsWatch,
            OnOutput = (bytes, isError) =>
            {
                Volatile.Write(ref heard, time.GetTimestamp());
                (isError ? errors : output).Add(bytes);
                command.OnOutput?.Invoke(bytes, isError);
            },
        };
        (ExecSession? session, string problem) = await tools.StartCommandAsync(
            new ToolCallContext { SessionKey = key, Workspace = agent.Workspace }, arguments, tap, cancellationToken);
        if (session is null)
        {
            return new CronCommandEnd { Problem = problem };
        }

        bool silent = false;
        try
        {
            command.OnStarted?.Invoke();
            silent = await FollowAsync(session, command.SilentSeconds, () => time.GetElapsedTime(Volatile.Read(ref heard)), cancellationToken);
        }
        finally
        {
            await tools.EndCommandAsync(session);
        }

        ProcessExit exit = session.Exit;
        return new CronCommandEnd
        {
            Problem = session.Failure,
            ExitCode = exit.ExitCode,
            Signal = exit.Signal,
            TimedOut = session.TimedOut,
            WasSilent = silent,
            Output = output.Text,
            Errors = errors.Text,
            IsCut = output.IsCut || errors.IsCut,
        };
    }

    // Whether it was ended because it said nothing.
    private async Task<bool> FollowAsync(ExecSession session, double silentSeconds, Func<TimeSpan> sinceHeard, CancellationToken cancellationToken)
    {
        if (silentSeconds <= 0)
        {
            await session.Ended.WaitAsync(Timeout.InfiniteTimeSpan, time, cancellationToken);
            return false;
        }

        TimeSpan most = TimeSpan.FromSeconds(Math.Min(silentSeconds, TimeSpan.FromDays(7).TotalSeconds));
        while (most - sinceHeard() is { Ticks: > 0 } left)
        {
            try
            {
                await session.Ended.WaitAsync(left, time, cancellationToken);
                return false;
            }
            catch (TimeoutException)
            {
                // it may have said something meanwhile
            }
        }

        await session.StopAsync();
        return true;
    }

    [SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "memory, nothing to give back")]
    private sealed class Tail(int most)
    {
        private readonly Lock _gate = new();
        private readonly MemoryStream _kept = new();

        public bool IsCut { get; private set; }

        public string Text
        {
            get
            {
                lock (_gate)
                {
                    Shrink();
                    return Encoding.UTF8.GetString(_kept.GetBuffer(), 0, (int)_kept.Length);
                }
            }
        }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            lock (_gate)
            {
                if (bytes.Length > most)
                {
                    bytes = bytes[^most..];
                    IsCut = true;
                }

                _kept.Write(bytes);
                if (_kept.Length > 2L * most)
                {
                    Shrink();
                }
            }
        }

        private void Shrink()
        {
            int over = (int)_kept.Length - most;
            if (over > 0)
            {
                byte[] rest = _kept.ToArray()[over..];
                _kept.SetLength(0);
                _kept.Write(rest);
                IsCut = true;
            }
        }
    }
}
