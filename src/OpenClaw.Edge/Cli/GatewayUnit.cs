using System.Text.Json;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Platform.DBus;

namespace OpenClaw.Edge.Cli;

/// <summary>This machine's gateway as a service of systemd: found, looked at, and asked to start, stop or restart. Everything about it is
/// optional: where there is no systemd, no bus or no unit, there is a sentence that says so.</summary>
internal sealed class GatewayUnit : IAsyncDisposable
{
    // TimeoutStopSec= and TimeoutStartSec= of our units, and room.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    private readonly SystemdBus _manager;
    private readonly ServiceUnit _unit;

    private GatewayUnit(SystemdBus manager, ServiceUnit unit, UnitState state)
    {
        _manager = manager;
        _unit = unit;
        State = state;
    }

    /// <summary>As it was when last looked at.</summary>
    public UnitState State { get; private set; }

    /// <summary>What a person types to do it by hand.</summary>
    public string Command(string verb) => _unit.Command(verb);

    /// <summary>Finds the unit: the one that is named (<c>OPENCLAW_SYSTEMD_UNIT</c>), the one the running gateway is in, the one whose state this is,
    /// then the person's and the machine's where somebody uses it. Never throws but for a cancel.</summary>
    /// <returns>The unit, or why there is none.</returns>
    public static async Task<(GatewayUnit? Unit, string Why)> FindAsync(CliContext context, CancellationToken cancellationToken)
    {
        string? person = SystemdBus.AddressOfPerson(context.Environment["XDG_RUNTIME_DIR"]);
        string? machine = context.Environment["DBUS_SYSTEM_BUS_ADDRESS"] ?? (Directory.Exists("/run/systemd/system") ? SystemBus.DefaultAddress : null);
        if (person is null && machine is null)
        {
            return (null, "there is no systemd here");
        }

        ServiceUnit? sure = null;
        if (context.Environment["OPENCLAW_SYSTEMD_UNIT"] is { Length: > 0 } named)
        {
            named = named.Contains('.', StringComparison.Ordinal) ? named : named + ".service";
            return await FirstAsync(context, [(person, new ServiceUnit(named, true)), (machine, new ServiceUnit(named, false))], mustBeUsed: false, cancellationToken);
        }

        if (StateClaim.HolderOf(context.Paths) is { } pid)
        {
            sure = ServiceUnit.OfProcess(pid);
            if (sure is null)
            {
                return (null, $"the gateway is process {pid}, started by hand or by a container engine");
            }
        }

        sure ??= ServiceUnit.OfState(context.Paths.StateDir);
        if (sure is not null)
        {
            return await FirstAsync(context, [(sure.IsPersonal ? person : machine, sure)], mustBeUsed: false, cancellationToken);
        }

        return context.Paths.StateDirSource is "HOME" or "no home"
            ? await FirstAsync(context, [(person, new ServiceUnit(ServiceUnit.Packaged, true)), (machine, new ServiceUnit(ServiceUnit.Packaged, false))], mustBeUsed: true, cancellationToken)
            : (null, $"no unit is known for the state directory {context.Paths.StateDir} ({context.Paths.StateDirSource}); name it in OPENCLAW_SYSTEMD_UNIT");
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _manager.DisposeAsync();

    /// <summary>Has systemd do it.</summary>
    /// <returns>What went wrong; null when the unit is as it should be now.</returns>
    public async Task<string?> DoAsync(string verb, CancellationToken cancellationToken)
    {
        try
        {
            await _manager.DoAsync(verb, _unit.Name, s_longest, cancellationToken);
            State = await _manager.LookAsync(_unit.Name);
        }
        catch (BusException refused)
        {
            return refused.Name is "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired" or "org.freedesktop.DBus.Error.AccessDenied"
                ? $"systemd lets only an administrator do that: {Command(verb)}"
                : $"{refused.Message}; by hand: {Command(verb)}";
        }

        return State.Active == (verb == "stop" ? "inactive" : "active")
            ? null
            : $"{_unit.Name} is {Text} ({State.Result}): {Journal} shows why";
    }

    /// <summary>Where its last words are, as a command.</summary>
    public string Journal => $"'journalctl {(_unit.IsPersonal ? "--user " : "")}-u {_unit.Name} -n 20'";

    /// <summary>For a person, such as <c>active (running)</c>.</summary>
    public string Text => State.Sub.Length == 0 || State.Sub == State.Active ? State.Active : $"{State.Active} ({State.Sub})";

    /// <summary>Writes the <c>service</c> object: the original's members, then ours.</summary>
    public static void Write(Utf8JsonWriter json, GatewayUnit? unit, string why)
    {
        UnitState? state = unit?.State;
        json.WriteStartObject("service"u8);
        json.WriteString("label"u8, "systemd"u8);
        json.WriteBoolean("loaded"u8, state is { IsEnabled: true });
        json.WriteString("loadedText"u8, "enabled"u8);
        json.WriteString("notLoadedText"u8, "disabled"u8);
        json.WriteStartObject("runtime"u8);
        json.WriteString("status"u8, state is null ? "unknown"u8 : state.Active is "active" or "reloading" ? "running"u8 : "stopped"u8);
        json.WriteString(state is null ? "detail"u8 : "state"u8, state?.Active ?? why);
        if (state is not null)
        {
            json.WriteString("subState"u8, state.Sub);
            json.WriteNumber("pid"u8, state.MainPid);
        }

        json.WriteEndObject();
        if (state is not null)
        {
            json.WriteString("unit"u8, unit!._unit.Name);
            json.WriteString("manager"u8, unit._unit.IsPersonal ? "user"u8 : "system"u8);
            json.WriteNumber("restarts"u8, state.Restarts);
            json.WriteString("says"u8, state.Says);
        }

        json.WriteEndObject();
    }

    /// <summary>The lines of the text report.</summary>
    public void Say(CliContext context)
    {
        string restarts = State.Restarts > 0 ? $", restarted {State.Restarts} times" : "";
        string process = State.MainPid != 0 ? $", process {State.MainPid}" : "";
        context.Say($"  service   {_unit.Name}{(_unit.IsPersonal ? " of this user" : "")}: {Text}, {(State.File.Length > 0 ? State.File : "no unit file")}{process}{restarts}");
        if (State.Says.Length > 0)
        {
            context.Say($"            {TextLayout.OneLine(State.Says)}");
        }
    }

    private static async Task<(GatewayUnit? Unit, string Why)> FirstAsync(
        CliContext context, (string? Address, ServiceUnit Unit)[] candidates, bool mustBeUsed, CancellationToken cancellationToken)
    {
        string why = "";
        foreach ((string? address, ServiceUnit unit) in candidates)
        {
            if (address is null)
            {
                continue;
            }

            SystemdBus? manager = null;
            try
            {
                manager = await SystemdBus.ConnectAsync(address, context.Clock, cancellationToken);
                UnitState state = await manager.LookAsync(unit.Name);
                if (mustBeUsed ? state.IsInUse : state.IsKnown)
                {
                    var found = new GatewayUnit(manager, unit, state);
                    manager = null;
                    return (found, "");
                }

                why = state.IsKnown ? $"{unit.Name} is installed and nobody uses it: {unit.Command("enable --now")}" : $"there is no unit {unit.Name}";
            }
            catch (BusException absent)
            {
                why = why.Length > 0 ? why : absent.Message;
            }
            finally
            {
                if (manager is not null)
                {
                    await manager.DisposeAsync();
                }
            }
        }

        return (null, why.Length > 0 ? why : "systemd cannot be reached from here");
    }
}
