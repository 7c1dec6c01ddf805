using System.Text.Json;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Platform.DBus;

namespace OpenClaw.Edge.Cli;

/// <summary>This machine's gateway as a service of systemd: found, looked at, and asked to start, stop or restart. Everything about it is
/// optional: where there is no systemd, no bus or no unit, there is a sentence that says so. Waits on the calling thread.</summary>
internal sealed class GatewayUnit : IDisposable
{
    // TimeoutStopSec= and TimeoutStartSec= of our units, and room.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    private readonly SystemdBus _systemd;
    private readonly ServiceUnit _unit;

    private GatewayUnit(SystemdBus systemd, ServiceUnit unit, UnitState state)
    {
        _systemd = systemd;
        _unit = unit;
        State = state;
    }

    /// <summary>As it was when last looked at.</summary>
    public UnitState State { get; private set; }

    /// <summary>Where its last words are, as a command.</summary>
    public string Journal => "'journalctl " + (_unit.IsPersonal ? "--user " : "") + "-u " + _unit.Name + " -n 20'";

    /// <summary>Finds the unit: the one that is named (<c>OPENCLAW_SYSTEMD_UNIT</c>), the one the running gateway is in, the one whose state this is,
    /// then the person's and the machine's where somebody uses it. Never throws.</summary>
    /// <param name="context">The command.</param>
    /// <param name="why">Why there is none.</param>
    public static GatewayUnit? Find(CliContext context, out string why)
    {
        string? person = SystemdBus.AddressOfPerson(context.Environment["XDG_RUNTIME_DIR"]);
        string? machine = context.Environment["DBUS_SYSTEM_BUS_ADDRESS"] ?? (Directory.Exists("/run/systemd/system") ? SystemBus.DefaultAddress : null);
        why = "there is no systemd here";
        if (person is null && machine is null)
        {
            return null;
        }

        string name = context.Environment["OPENCLAW_SYSTEMD_UNIT"] ?? "";
        if (name.Length > 0)
        {
            name = name.Contains('.', StringComparison.Ordinal) ? name : name + ".service";
            return Open(person, new ServiceUnit(name, true), false, ref why) ?? Open(machine, new ServiceUnit(name, false), false, ref why);
        }

        int? pid = StateClaim.HolderOf(context.Paths);
        ServiceUnit? sure = pid is > 0 and { } holder ? ServiceUnit.OfProcess(holder) : ServiceUnit.OfState(context.Paths.StateDir);
        if (sure is not null)
        {
            return Open(sure.IsPersonal ? person : machine, sure, false, ref why);
        }

        if (pid is not null || context.Paths.StateDirSource is not ("HOME" or "no home"))
        {
            why = pid is not null
                ? $"the gateway is process {pid}, started by hand or by a container engine"
                : $"no unit is known for the state directory {context.Paths.StateDir}; name it in OPENCLAW_SYSTEMD_UNIT";
            return null;
        }

        return Open(person, new ServiceUnit(ServiceUnit.Packaged, true), true, ref why) ?? Open(machine, new ServiceUnit(ServiceUnit.Packaged, false), true, ref why);
    }

    /// <inheritdoc />
    public void Dispose() => _systemd.Dispose();

    /// <summary>What a person types to do it by hand.</summary>
    public string Command(string verb) => _unit.Command(verb);

    /// <summary>Has systemd do it.</summary>
    /// <returns>What went wrong; null when the unit is as it should be now.</returns>
    public string? Do(string verb, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            _systemd.Do(verb, _unit.Name, s_longest, time, cancellationToken);
            State = _systemd.Look(_unit.Name);
        }
        catch (BusException refused)
        {
            bool right = refused.Name is "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired" or "org.freedesktop.DBus.Error.AccessDenied";
            return (right ? "systemd lets only an administrator do that: " : refused.Message + "; by hand: ") + Command(verb);
        }

        return State.Active == (verb == "stop" ? "inactive" : "active")
            ? null
            : _unit.Name + " is " + State.Text + ": " + State.Result + "; " + Journal + " shows why";
    }

    /// <summary>Writes the <c>service</c> object: the original's members, then ours.</summary>
    public static void Write(Utf8JsonWriter json, GatewayUnit? unit, string why)
    {
        json.WriteStartObject("service"u8);
        json.WriteString("label"u8, "systemd"u8);
        json.WriteBoolean("loaded"u8, unit is { State.IsEnabled: true });
        json.WriteString("loadedText"u8, "enabled"u8);
        json.WriteString("notLoadedText"u8, "disabled"u8);
        json.WriteStartObject("runtime"u8);
        if (unit?.State is not { } state)
        {
            json.WriteString("status"u8, "unknown"u8);
            json.WriteString("detail"u8, why);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("status"u8, state.Active is "active" or "reloading" ? "running"u8 : "stopped"u8);
            json.WriteString("state"u8, state.Active);
            json.WriteString("subState"u8, state.Sub);
            json.WriteNumber("pid"u8, state.MainPid);
            json.WriteEndObject();
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
        context.Say("  service   " + _unit.Name + (_unit.IsPersonal ? " of this user: " : ": ") + State.Text + ", " + (State.File.Length > 0 ? State.File : "no unit file")
            + Process(State) + (State.Restarts > 0 ? ", restarted " + State.Restarts + " times" : ""));
        if (State.Says.Length > 0)
        {
            context.Say("            " + TextLayout.OneLine(State.Says));
        }
    }

    /// <summary><c>, process 7</c>, or nothing.</summary>
    public static string Process(UnitState state) => state.MainPid != 0 ? ", process " + state.MainPid : "";

    // Null where it cannot be asked, does not know the unit, or nobody uses it.
    private static GatewayUnit? Open(string? address, ServiceUnit unit, bool mustBeUsed, ref string why)
    {
        SystemdBus? systemd = null;
        try
        {
            if (address is null)
            {
                return null;
            }

            systemd = new SystemdBus(address);
            UnitState state = systemd.Look(unit.Name);
            if (mustBeUsed ? state.IsInUse : state.IsKnown)
            {
                GatewayUnit found = new(systemd, unit, state);
                systemd = null;
                return found;
            }

            why = state.IsKnown ? unit.Name + " is installed and nobody uses it: " + unit.Command("enable --now") : "there is no unit " + unit.Name;
        }
        catch (BusException absent)
        {
            why = absent.Message;
        }
        finally
        {
            systemd?.Dispose();
        }

        return null;
    }
}
