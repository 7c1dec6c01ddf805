namespace OpenClaw.Edge.Security;

/// <summary>The scopes of a caller: the names as granted, and what they imply. Immutable.</summary>
public sealed class ScopeSet
{
    private static readonly (string Name, OperatorScopes Scope)[] Known =
    [
        ("operator.admin", OperatorScopes.Admin),
        ("operator.approvals", OperatorScopes.Approvals),
        ("operator.pairing", OperatorScopes.Pairing),
        ("operator.questions", OperatorScopes.Questions),
        ("operator.read", OperatorScopes.Read),
        ("operator.sessions.read", OperatorScopes.SessionsRead),
        ("operator.sessions.write", OperatorScopes.SessionsWrite),
        ("operator.talk", OperatorScopes.Talk),
        ("operator.talk.secrets", OperatorScopes.TalkSecrets),
        ("operator.write", OperatorScopes.Write),
    ];

    private readonly OperatorScopes _allowed;

    private ScopeSet(IReadOnlyList<string> names)
    {
        Names = names;
        OperatorScopes given = OperatorScopes.None;
        foreach (string name in names)
        {
            given |= Parse(name);
        }

        _allowed = Expand(given);
    }

    /// <summary>No scopes.</summary>
    public static ScopeSet Empty { get; } = new([]);

    /// <summary>What a holder of the shared secret has over HTTP. Source: docs/protocol.md, HTTP authentication.</summary>
    public static ScopeSet FullOperator { get; } = new(
    [
        "operator.admin", "operator.approvals", "operator.pairing", "operator.read", "operator.talk.secrets",
        "operator.write",
    ]);

    /// <summary>Names as granted, in the caller's order; unknown names stay and allow nothing.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Makes a set from names as a client sends them.</summary>
    public static ScopeSet Of(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.Count == 0 ? Empty : new ScopeSet([.. names]);
    }

    /// <summary>Reads a comma-separated list such as the header <c>x-openclaw-scopes</c>.</summary>
    public static ScopeSet OfList(string list)
    {
        ArgumentNullException.ThrowIfNull(list);
        return Of(list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The wire name of one scope.</summary>
    public static string NameOf(OperatorScopes scope)
    {
        foreach ((string name, OperatorScopes known) in Known)
        {
            if (known == scope)
            {
                return name;
            }
        }

        return "";
    }

    /// <summary>Whether this is the name of a scope.</summary>
    public static bool IsKnown(string name) => Parse(name) != OperatorScopes.None;

    /// <summary>Whether everything in <paramref name="needed"/> is granted or implied.</summary>
    public bool Allows(OperatorScopes needed) => (_allowed & needed) == needed;

    /// <summary>Whether every one of these names is granted or implied; an unknown name must be granted as it is.</summary>
    public bool AllowsAll(IReadOnlyList<string> asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return asked.All(name => Parse(name) is var scope and not OperatorScopes.None
            ? Allows(scope)
            : Names.Contains(name, StringComparer.Ordinal));
    }

    /// <summary>Those names of this set that <paramref name="limit"/> also allows, in order.</summary>
    public ScopeSet Narrow(ScopeSet limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        var kept = new List<string>(Names.Count);
        foreach (string name in Names)
        {
            OperatorScopes scope = Parse(name);
            if (scope != OperatorScopes.None && limit.Allows(scope))
            {
                kept.Add(name);
            }
        }

        return Of(kept);
    }

    private static OperatorScopes Parse(string name)
    {
        foreach ((string known, OperatorScopes scope) in Known)
        {
            if (string.Equals(known, name, StringComparison.Ordinal))
            {
                return scope;
            }
        }

        return OperatorScopes.None;
    }

    private static OperatorScopes Expand(OperatorScopes given)
    {
        if ((given & OperatorScopes.Admin) != 0)
        {
            return (OperatorScopes)1023; // admin satisfies everything
        }

        if ((given & OperatorScopes.Write) != 0)
        {
            given |= OperatorScopes.Read | OperatorScopes.Talk | OperatorScopes.SessionsRead
                | OperatorScopes.SessionsWrite;
        }

        return (given & OperatorScopes.Read) != 0 ? given | OperatorScopes.SessionsRead : given;
    }
}
