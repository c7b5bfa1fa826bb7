"""Mutants: right answers with one slip in them, made by changing the syntax tree in every way that a slip might."""

import ast
import copy

OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult,),
    ast.Lt: (ast.Gt, ast.LtE),
    ast.GtE: (ast.Lt, ast.Gt),
}
FUNCTIONS = {  # reductions, bases, and pairs that are taken for each other
    "sum": ("mean", "max"),
    "mean": ("sum", "max"),
    "std": ("var", "mean"),
    "var": ("std", "mean"),
    "exp": ("exp2", "log"),
    "log": ("log2", "log10", "exp"),
    "logaddexp": ("maximum", "add"),
    "maximum": ("minimum",),
    "reversed": ("list",),
    "random": ("normal",),
    "uniform": ("normal",),
    "inv_cdf": ("cdf", "pdf"),
    "ppf": ("cdf", "pdf"),
}
WORDS = {"float32": ("float64", "uint8", "float16", "int32")}
MODULES = ("np", "norm", "rng", "math", "random")  # whose functions are no methods


def changes(node, parameters):
    """What a node can be changed into by one slip: a list of nodes."""
    new = []
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            new += [ast.BinOp(left, other(), right) for other in OPERATORS.get(type(op), ())]
            new += [left, right, ast.BinOp(right, op, left)]
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            new += [ast.Compare(left, [other()], [right]) for other in OPERATORS.get(type(op), ())]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            new += [operand]
        case ast.Constant(value=bool() | None):
            pass
        case ast.Constant(value=int() | float() as number):
            new += [ast.Constant(other) for other in (0, 1, 2 * number, number + 1, number - 1) if other != number]
            new += [ast.UnaryOp(ast.USub(), node)]
        case ast.Constant(value=str() as word):
            new += [ast.Constant(other) for other in WORDS.get(word, ())]
        case ast.Name(id=name) if name in parameters:
            new += [ast.Name(other, ast.Load()) for other in parameters if other != name]
        case ast.Call(func=function, args=arguments, keywords=keywords):
            new += called_otherwise(function, arguments, keywords)
        case ast.Slice(lower=lower, upper=upper, step=step):
            new += [ast.Slice(upper, lower, step)] + ([ast.Slice(lower, upper, None)] if step else [])
        case ast.Tuple(elts=[one, other], ctx=ast.Load()):
            new += [ast.Tuple([other, one], ast.Load()), one]
        case ast.Return(value=value) if not isinstance(value, ast.Tuple):
            new += [ast.Return(ast.UnaryOp(ast.USub(), value)), ast.Expr(value)]
    return new


def called_otherwise(function, arguments, keywords):
    """A call dropped, of another function, with two arguments swapped, or without one of its arguments."""
    owner = function.value if isinstance(function, ast.Attribute) else None
    is_method = owner is not None and not (isinstance(owner, ast.Name) and owner.id in MODULES)
    new = [owner] if is_method else arguments[:1]
    word = function.attr if owner is not None else getattr(function, "id", "")
    for other in FUNCTIONS.get(word, ()):
        renamed = ast.Attribute(owner, other, ast.Load()) if owner is not None else ast.Name(other, ast.Load())
        new.append(ast.Call(renamed, arguments, keywords))
    if len(arguments) > 1:
        new += [ast.Call(function, [arguments[1], arguments[0], *arguments[2:]], keywords)]
        new += [ast.Call(function, [*arguments[:i], *arguments[i + 1 :]], keywords) for i in range(len(arguments))]
    return new + [ast.Call(function, arguments, [k for k in keywords if k is not left_out]) for left_out in keywords]


class Change(ast.NodeTransformer):
    """Makes change number ``wanted``; ``count`` is how many there are up to where it came."""

    def __init__(self, wanted, parameters):
        self.wanted, self.parameters, self.count = wanted, parameters, 0

    def visit_arguments(self, node):
        return node

    def visit_Expr(self, node):
        return node  # a docstring

    def generic_visit(self, node):
        new = changes(node, self.parameters)
        place = self.wanted - self.count
        self.count += len(new)
        if 0 <= place < len(new):
            return copy.deepcopy(new[place])
        return super().generic_visit(node)

    def visit_FunctionDef(self, node):
        node.body = [self.visit(statement) for statement in node.body]
        return node


def mutants(source):
    """Each source that one change makes of the source of a function."""
    text = ast.unparse(ast.parse(source))
    parameters = [each.arg for each in ast.parse(source).body[0].args.args]
    number = Change(-1, parameters)
    number.visit(ast.parse(source))
    made = []
    for wanted in range(number.count):
        tree = Change(wanted, parameters).visit(ast.parse(source))
        made.append(ast.unparse(ast.fix_missing_locations(tree)))
    return [each for each in dict.fromkeys(made) if each != text]
