namespace OpenClaw.Edge.Gateway;

/// <summary>Which role a method is for.</summary>
internal enum MethodRole
{
    /// <summary>Operators.</summary>
    Operator,

    /// <summary>Anyone who is authenticated.</summary>
    Any,

    /// <summary>Nodes.</summary>
    Node,
}
