#!/usr/bin/python3
"""Writes test/graph/expression/vectors.json: what Jinja2 makes of thousands of expressions.

    apt-get install python3-jinja2
    /usr/bin/python3 scripts/jinja-vectors.py             # the vectors that are committed
    /usr/bin/python3 scripts/jinja-vectors.py 7 50000     # another seed, more cases, to standard output

A case is [expression, repr of its value], or [expression, 0] if Jinja2 refuses it. Where the language of
docs/expressions.md deviates from Jinja2, class Oracle makes Jinja2 deviate in the same way, or raises Skip:
each of these is a rule, with its reason, and none names a case.
"""
import copy
import itertools
import json
import math
import os
import random
import re
import sys
import warnings
from fractions import Fraction

import jinja2
from jinja2 import StrictUndefined, Undefined, UndefinedError, nodes, pass_context
from jinja2.nativetypes import NativeEnvironment
from jinja2.sandbox import SandboxedEnvironment

MAX_BITS = 4096  # MAX_EXPRESSION_NUMBER_BITS
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
TARGET = os.path.join(ROOT, 'test/graph/expression/vectors.json')


class Skip(Exception):
    """A case to leave out."""


class Refused(Exception):
    """A deviation: Jinja2 gives a value, we give an error."""


class Absent(StrictUndefined):
    # Rule 10: what is not there is never printed, also not within a list.
    def __repr__(self):
        raise Refused('undefined')


class Oracle(SandboxedEnvironment):
    """Jinja2 with our deviations."""

    intercepted_binops = frozenset(['+', '-', '*', '/', '//', '%', '**'])

    def __init__(self):
        super().__init__(undefined=Absent, optimized=False)
        # Rule 1: what gives a generator in Jinja2 gives a list, which JSON can hold and which can be read twice.
        for name in ['map', 'select', 'reject', 'selectattr', 'rejectattr', 'unique', 'batch', 'slice', 'items',
            'reverse']:
            self.filters[name] = self.listed(self.filters[name], name)
        # Rule 2: there is no Markup; what is escaped is a text as any other.
        for name in ['tojson', 'escape', 'e']:
            self.filters[name] = self.plain(self.filters[name])
        # Rule 3: what is not there has no items.
        items = self.filters['items']
        self.filters['items'] = lambda value: items(self.known(value))
        divides = self.tests['divisibleby']
        self.tests['divisibleby'] = lambda value, num: divides(value, self.known(num))

    @staticmethod
    def known(value):
        if isinstance(value, Undefined):
            raise Refused('undefined')
        return value

    @staticmethod
    def listed(filter, name):
        def wrapper(*args, **kwargs):
            if name in ('batch', 'slice'):
                # Rule 4: a count of rows or of items is at least 1, and an integer.
                count = next(iter(args[2 if name == 'slice' else 1:]), kwargs.get('linecount',
                    kwargs.get('slices', 1)))
                if not isinstance(count, int) or count < 1:
                    raise Refused('count')
            value = filter(*args, **kwargs)
            return value if isinstance(value, str) else list(value)

        wrapper.__dict__.update(filter.__dict__)
        wrapper.__dict__.pop('jinja_async_variant', None)
        return wrapper

    @staticmethod
    def plain(filter):
        def wrapper(*args, **kwargs):
            # str() of Markup would be Markup; + '' escapes
            return ''.join(filter(*args, **kwargs))

        # those written in C have no attributes
        wrapper.__dict__.update(getattr(filter, '__dict__', {}))
        return wrapper

    def call_binop(self, context, operator, left, right):
        # Rule 3, too: `'x' % nope` is 'x' in Python, as nobody asks for the value.
        if isinstance(left, Undefined) or isinstance(right, Undefined):
            raise Refused('undefined')
        if operator == '**' and isinstance(left, int) and isinstance(right, int):
            # before it is computed: it may take for ever
            if right > 0 and (abs(left).bit_length() - 1) * right > MAX_BITS and abs(left) > 1:
                raise Refused('bits')
        if operator == '*' and (abs(left) if isinstance(left, int) else 0) > 10_000 and not isinstance(right,
            (int, float)):
            raise Skip
        if operator == '*' and (abs(right) if isinstance(right, int) else 0) > 10_000 and not isinstance(left,
            (int, float)):
            raise Skip
        value = super().call_binop(context, operator, left, right)
        # Rule 12: powers of floats are rounded once; the C library's are sometimes off in the last digit.
        if operator == '**' and isinstance(value,
            float) and float(right).is_integer() and abs(right) <= 64 and value:
            if float(Fraction(left) ** int(right)) != value:
                raise Skip
        # Rule 13: with a fraction as exponent JavaScript's and C's differ in the last digit.
        if operator == '**' and isinstance(value, float) and not float(right).is_integer() and right != 0.5:
            raise Skip
        # Rule 5: no complex numbers.
        if isinstance(value, complex):
            raise Refused('complex')
        # Rule 6: integers have an end.
        if isinstance(value, int) and value.bit_length() > MAX_BITS:
            raise Refused('bits')
        return value

    # Rule 7: own data only: a text, a number and a list have no attributes, and no method hides a key.
    def getattr(self, obj, attribute):
        return self.getitem(obj, attribute)

    def getitem(self, obj, argument):
        if isinstance(obj, Undefined):
            return obj[argument]
        if isinstance(argument, str) and hasattr(obj, '_fields'):
            if argument in obj._fields:
                return getattr(obj, argument)
        try:
            return obj[argument]
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)


# ── the data that expressions read; the suite has the same from the file

SCOPE = {
    'n': 7, 'zero': 0, 'neg': -3, 'big': 9007199254740993 - 2, 'f': 2.5, 'g': -0.75, 'tiny': 1.5e-07,
        'huge': 1.5e+22,
    't': True, 'no': False, 'nil': None, 's': 'Hello World', 'e': '', 'u': 'Grüße 😀 ñ', 'q': 'it\'s "so"',
        'num': '42', 'dec': ' 3.25 ',
    'multi': 'one two\nthree  four\n\nfive', 'html': '<a href="x">T & J\'s</a>', 'l': [3, 1, 2], 'm': [1, 'a',
        None, 2.5, True], 'el': [],
    'w': ['pear', 'Apple', 'fig', 'apple', 'Banana'], 'ff': [0.5, 2.25, -1.75], 'nested': [[1, 2], [3], []],
    'd': {'b': 1, 'a': 2, 'C': 3}, 'ed': {},
    'users': [
        {'name': 'Ada', 'age': 36, 'admin': True, 'at': {'city': 'London', 'tags': ['x', 'y']}},
        {'name': 'bob', 'age': 25, 'admin': False, 'at': {'city': 'Paris', 'tags': []}},
        {'name': 'Cy', 'age': 36, 'admin': False, 'at': {'city': 'london', 'tags': ['z']}},
    ],
    'some': [{'k': 1}, {}, {'k': 3}],
    'steps': {'fetch': {'output': {'status_code': 200, 'headers': {'content-type': 'text/plain'},
        'body': {'items': [{'id': 1, 'price': 9.5}, {'id': 2, 'price': 20}], 'ok': True}}}},
    'trigger': {'data': {'amount': 1250.5, 'currency': 'EUR', 'lines': [{'sku': 'A-1', 'qty': 2}, {'sku': 'B-2',
        'qty': 1}]}},
}


def data():
    """Anew for each case: `l|indent` adds a line end to the list itself."""
    return copy.deepcopy(SCOPE)


# ── the generator

NUMBERS = ['0', '1', '2', '-3', '7', '10', '0.5', '2.5', '-1.5', '1e3', '3.0', '0.1', 'n', 'neg', 'f', 'g',
    'zero', 'big', 'true', '123456789', '2**70', '1e16', '0.0', 'tiny', 'huge']
TEXTS = ["'a'", "''", "'Hello World'", "'abc'", "'42'", "' x '", 's', 'u', 'q', 'e', 'num', 'dec', "'3.7'",
    "'ß'", "'%s!'", "'a,b,c'", "'ÀÉ'", 'html', "'\\n\\t'", "'1_000'", "'0x1f'", "'-5'", "'é😀z'"]
LISTS = ['l', 'm', 'el', 'w', 'ff', 'nested', '[1, 2, 3]', '[]', '(1, 2)', '()', "['b', 'A']", 'users',
    '[true, 1, 1.0]', "('x',)", '[none, none]', 'some', "[[2, 'b'], [2, 'a']]", '[0]']
DICTS = ['d', 'ed', "{'x': 1}", '{}', 'users[0]', 'steps.fetch.output', "{'y': [1], 'x': none}"]
OTHERS = ['none', 'false', 'nope', 'd.nope', 'nil', 'no', 't']
SAMPLES = ['0', '7', '-3', '2.5', '-0.5', '1e16', 'true', "''", "'abc'", "'42'", 'u', 'l', '[]', 'm', '(1, 2)',
    'd', '{}', 'none', 'nope', 'n', 'f', 's', '3.0', "'%d'", '2**64', 'ff']
ARITHMETIC = ['+', '-', '*', '/', '//', '%', '**']
COMPARISONS = ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in']
TESTS0 = ['defined', 'undefined', 'none', 'boolean', 'true', 'false', 'integer', 'float', 'number', 'string',
    'mapping', 'sequence', 'iterable', 'lower', 'upper', 'odd', 'even']
TESTS1 = ['divisibleby', 'in', 'eq', 'equalto', 'ne', 'lt', 'lessthan', 'le', 'gt', 'greaterthan', 'ge']
NAMED_TESTS = ['==', '!=', '<', '<=', '>', '>='] + TESTS1
PLAIN_FILTERS = ['upper', 'lower', 'title', 'capitalize', 'trim', 'string', 'length', 'count', 'list', 'first',
    'last', 'reverse', 'abs', 'int', 'float', 'round', 'sort', 'unique', 'sum', 'min', 'max', 'join', 'items',
    'dictsort', 'tojson', 'urlencode', 'escape', 'e', 'wordcount', 'default', 'd', 'truncate', 'indent',
    'select', 'reject', 'format']
ATTRIBUTES = ["'name'", "'age'", "'at.city'", "'at.tags.0'", "'nope'", "'admin'", '0', '-1', "'k'", 'none',
    "'0'", "'id'"]
ARGUED = {
    'default': ["'x'", '0', 'none', "'x', true", "default_value='y'", "default_value=1, boolean=true",
        "'x', false", 'nope'],
    'd': ["'x'", "'z', true"],
    'trim': ["'x'", "'ad'", "chars=' '", "'Hd'", '1', 'none', "''"],
    'replace': ["'a', 'b'", "'l', ''", "'', '-'", "'o', '00', 1", "'l', 'LL', 2", "'a', 1", '4, 5', "'a'",
        "old='a', new='b'", "'l', 'x', -1", "'', '.', 2", "'a', 'b', 0", "'a', 'b', 1.5",
        "'a', 'b', count=none"],
    'join': ["', '", "'-'", '1', "d='|'", "', ', 'name'", "attribute='name'", "',', attribute='at.city'",
        'none', "', ', 'nope'", "'', 0"],
    'sort': ['true', 'reverse=true', 'false, true', "attribute='name'", "attribute='age,name'",
        "case_sensitive=true", "attribute='at.city'", "true, false, 'age'", "attribute='nope'", 'attribute=0',
        "reverse='x'", 'reverse=1', 'case_sensitive=1', "attribute='k'"],
    'unique': ['true', "attribute='age'", "case_sensitive=true", "attribute='at.city'", "false, 'name'",
        "attribute='at'"],
    'min': ['true', "attribute='age'", "case_sensitive=true", "attribute='name'", "attribute='nope'"],
    'max': ['true', "attribute='age'", "case_sensitive=true", "attribute='name'", "attribute='nope'"],
    'sum': ["'age'", "attribute='age'", "start=10", "attribute='nope'", "start=[]", "start='x'", "'qty', 1",
        'start=0.5', "attribute='admin'", 'start=()'],
    'map': ["'upper'", "attribute='name'", "attribute='nope'", "attribute='k', default=0", "'default', 5",
        "'int'", "'nothing'", '', "attribute='at.tags'", "'replace', 'a', 'b'", "'round', 1", "'length'",
        "'string'", "attribute='at.city', default='x'", "attribute=0", "'join', '-'", "'first'", "'sum'",
        "'list'", "attribute='nope', default=none", "'tojson'", "attribute='name', other=1", "'map', 'int'",
        "'abs'"],
    'select': ["'odd'", "'string'", "'defined'", "'none'", "'number'", "'divisibleby', 2", "'>', 1",
        "'in', [1, 2]", "'equalto', 'a'", "'nothing'", "'lower'", "'ge', 2", "'true'", "'mapping'", '1'],
    'reject': ["'odd'", "'string'", "'none'", "'==', 1", "'divisibleby', 3", "'in', 'abc'", "'lt', 2"],
    'selectattr': ["'admin'", "'age', '>', 30", "'name', 'equalto', 'Ada'", "'nope', 'defined'",
        "'k', 'defined'", "'k'", "'at.city', 'in', ['Paris']", "'name', 'lower'", '', "'age', 'odd'", '0',
        "'name', 'nothing'", "'at.tags'"],
    'rejectattr': ["'admin'", "'age', 'ge', 30", "'nope', 'defined'", "'k', 'undefined'", "'at.tags'",
        "'name', '==', 'Cy'", "'age', 'even'"],
    'int': ['5', "'x'", '0, 16', '0, 2', 'base=16', 'default=none', '0, 8', '0, 0', '0, 99', "0, 'x'", '0, 36'],
    'float': ['1.5', 'none', "'x'", 'default=2'],
    'round': ['1', '2', '-1', "0, 'ceil'", "0, 'floor'", "1, 'ceil'", "method='floor'", "2, 'floor'", "'x'",
        "0, 'nothing'", 'precision=3', 'none', "-1, 'ceil'", '1.5', "3, 'common'"],
    'tojson': ['2', 'indent=1', 'none', '0', "'--'", 'true'],
    'truncate': ['5', '5, true', "8, false, '…'", "8, false, '...', 0", "3, true, '', 0", '2',
        "length=7, killwords=true", "5, leeway=0", "9, true, '..', 1", "'x'", "1, true, ''",
        "6, false, '', -1"],
    'indent': ['2', "'> '", '2, true', 'width=1, first=true', '2, true, true', 'first=true', '0',
        '1, false, true', 'none'],
    'batch': ['2', '1', '2, 0', "3, 'x'", '4, none', '0', "'x'", 'linecount=2', '2, fill_with=9'],
    'slice': ['2', '3', "2, 'x'", '4, 0', '1', '0', 'slices=2'],
    'groupby': ["'age'", "'at.city'", "'nope'", "attribute='admin'", "'at.city', case_sensitive=true", "'k', 0",
        "'k', default=2", "'name'", "0", "'at.city', none, true"],
    'dictsort': ['true', "false, 'value'", 'reverse=true', "by='value', reverse=true", "by='x'",
        "true, 'key', true", 'case_sensitive=true'],
    'format': ['1', "'x'", '1, 2', 'a=1', "'x', 1", '[1]', 'none', '1.5', "name='x'", "(1, 2)", 'true'],
    'urlencode': [], 'first': [], 'items': [], 'wordcount': [], 'escape': [],
}
FORMATS = ['%s', '%d', '%5d', '%-5d|', '%05d', '%+d', '% d', '%x', '%X', '%#x', '%o', '%#o', '%f', '%.2f',
    '%8.3f', '%-8.1f|', '%e', '%.3e', '%g', '%.3g', '%#.3g', '%G', '%E', '%r', '%a', '%c', '%5s|', '%-5s|',
    '%.2s', '%%', '%i', '%u', '%08.2f', '%+.1f', '%.0f', '%#.0f', '%.0e', '%05x', '%.3d', '%', '%y', '%(a)s',
    '%*d', 'x', '%s %s', '%5%', '%ld', '%.10g', '%g%%', '%F', '%05s', '%+x', '%.1r', '%5c']
FORMAT_ARGS = ['1', '-7', '0', '2.5', '-0.5', '0.125', '1e10', '123456', "'a'", "'é😀'", 'true', 'none',
    '(1, 2)', "('x', 'y')", "{'a': 5}", '[1]', '()', '65', '1e-7', '1e100', '(5, 3)', '0.1', '2**70', 'nope',
    '99999.5', '0.00012345']
SLICES = ['[0]', '[-1]', '[9]', '[1:]', '[:2]', '[::-1]', '[1:3]', '[-2:]', '[::2]', '[5:1:-2]', '[::0]',
    "['a']", '[1.0]', '[true]', '[none]', "[:'a']", '[nope]', '[10:]', '[:-1]', '[-100:100]', '[::1000000]',
    '[none:2]', '[2:none:none]', '[1:1]', '[[1]]', '[2**70]', '[:2**70]', '[-2**70:]', '[::-2**70]', '["b"]']


class Generator:
    """Expressions by chance: of the kinds that fit mostly, and of others."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, items):
        return items[self.random.randrange(len(items))]

    def families(self):
        """Each operator, filter and test with each kind of value."""
        for a, operator, b in itertools.product(SAMPLES, ARITHMETIC, SAMPLES):
            yield 'arithmetic', f'{a} {operator} {b}'
        for a, operator, b in itertools.product(SAMPLES, COMPARISONS, SAMPLES):
            yield 'comparison', f'{a} {operator} {b}'
        for sign, a in itertools.product(['-', '+', 'not ', '--', '-+', 'not not '], SAMPLES + NUMBERS):
            yield 'sign', f'{sign}{a}'
        values = NUMBERS + TEXTS + LISTS + DICTS + OTHERS
        for name, value in itertools.product(PLAIN_FILTERS, values):
            yield f'|{name}', f'{self.operand(value)}|{name}'
        for name, arguments in ARGUED.items():
            for value, given in itertools.product(values, arguments):
                yield f'|{name}()', f'{self.operand(value)}|{name}({given})'
        for name, value in itertools.product(TESTS0, values):
            yield f'is {name}', f'{self.operand(value)} is {self.pick(["", "", "not "])}{name}'
        for name, value, other in itertools.product(TESTS1, SAMPLES, SAMPLES):
            yield f'is {name}()', f'{value} is {name}({other})'
        for value, part in itertools.product(TEXTS + LISTS + DICTS + ['7', 'none', 'nope'], SLICES):
            yield 'subscript', f'{value}{part}'
        for form, value in itertools.product(FORMATS, FORMAT_ARGS):
            yield 'format', f"'{form}' % {value}"

    @staticmethod
    def operand(value):
        return f'({value})' if re.search(r'[*]', value) else value

    # ── composites

    def any(self, depth):
        kind = self.random.random()
        if kind < 0.3:
            return self.number(depth)
        if kind < 0.55:
            return self.text(depth)
        if kind < 0.75:
            return self.list(depth)
        if kind < 0.9:
            return self.condition(depth)
        return self.mapping(depth)

    def value(self, kind, depth):
        """Mostly of a kind, so that most cases have a value."""
        return self.any(depth) if self.random.random() < 0.06 else kind(depth)

    def number(self, depth):
        if depth <= 0:
            return self.pick(NUMBERS)
        sub = lambda: self.value(self.number, depth - 1)
        forms = [
            lambda: f'{sub()} {self.pick(ARITHMETIC[:6])} {sub()}',
                lambda: f'({sub()} {self.pick(ARITHMETIC[:6])} {sub()})',
            lambda: f'({sub()}) ** {self.pick(["2", "-1", "0", "3", "0.5"])}', lambda: f'-({sub()})',
                lambda: f'({sub()})|abs', lambda: f'({sub()})|round({self.pick(["", "1", "2"])})',
            lambda: f'{self.value(self.list, depth - 1)}|{self.pick(["length", "sum", "first", "last", "max", "min", "count"])}',
                lambda: f'({self.text(depth - 1)})|{self.pick(["length", "int", "float", "wordcount"])}',
            lambda: f'({sub()})|int', lambda: f'({sub()} if {self.condition(depth - 1)} else {sub()})',
                lambda: f'{self.pick(["l", "ff", "m", "nested[0]"])}[{self.pick(["0", "-1", "1", "n", "2"])}]',
            lambda: f'users[{self.pick(["0", "1", "-1", "3"])}].{self.pick(["age", "name", "nope"])}',
                lambda: f'trigger.data.{self.pick(["amount", "lines[0].qty", "lines.1.qty", "nope"])}',
                lambda: f'steps.fetch.output.{self.pick(["status_code", "body.items[1].price", "body.items.0.id", "body.ok", "bdoy.x"])}',
                
            lambda: f'users|map(attribute={self.pick(ATTRIBUTES)})|{self.pick(["sum", "list", "max", "first"])}',
                
        ]
        return self.pick(forms)()

    def text(self, depth):
        if depth <= 0:
            return self.pick(TEXTS)
        sub = lambda: self.value(self.text, depth - 1)
        forms = [
            lambda: f'{sub()} ~ {self.any(depth - 1)}', lambda: f'{sub()} + {sub()}',
                lambda: f'({sub()})|{self.pick(["upper", "lower", "title", "capitalize", "trim", "reverse", "urlencode", "escape", "string", "tojson"])}',
                
            lambda: f'({sub()}){self.pick(SLICES)}',
                lambda: f'({self.value(self.list, depth - 1)})|join({self.pick(TEXTS)})',
                lambda: f'({self.any(depth - 1)})|{self.pick(["string", "tojson"])}',
            lambda: f'({sub()})|replace({self.pick(TEXTS)}, {self.pick(TEXTS)})',
                lambda: f'({sub()} if {self.condition(depth - 1)} else {sub()})',
                lambda: f'({sub()}) * {self.pick(["2", "0", "n", "-1"])}',
            lambda: f'{self.pick(OTHERS + DICTS)}|default({sub()})', lambda: "(%s)|truncate(%s)" % (sub(),
                self.pick(["4", "5, true", "8", "6, false, '', 0"])),
                lambda: f"'{self.pick(FORMATS)}' % {self.number(depth - 1)}",
            lambda: f"'{self.pick(FORMATS)}'|format({self.any(depth - 1)})",
                lambda: f'{self.any(depth - 1)} ~ {sub()} ~ {self.any(depth - 1)}',
                lambda: f'users[{self.pick(["0", "1"])}].{self.pick(["name", "at.city"])}',
            lambda: f'({sub()})|first ~ ({sub()})|last',
                lambda: f'({sub()})|indent({self.pick(["2", "1, true"])})',
        ]
        return self.pick(forms)()

    def list(self, depth):
        if depth <= 0:
            return self.pick(LISTS)
        sub = lambda: self.value(self.list, depth - 1)
        forms = [
            lambda: f'[{self.any(depth - 1)}, {self.any(depth - 1)}]',
                lambda: f'({self.any(depth - 1)}, {self.any(depth - 1)})', lambda: f'{sub()} + {sub()}',
                lambda: f'({sub()}){self.pick(SLICES)}',
            lambda: f'({sub()})|{self.pick(["sort", "unique", "reverse", "list"])}|list',
                lambda: f'({sub()})|{self.filter_of_list()}',
                lambda: f'({self.mapping(depth - 1)})|{self.pick(["items", "dictsort", "list"])}',
            lambda: f'({self.text(depth - 1)})|list', lambda: f'({sub()}) * {self.pick(["2", "0", "n"])}',
                lambda: f'users|{self.filter_of_users()}',
                lambda: f'users|{self.filter_of_users()}|{self.filter_of_list()}',
            lambda: f'({sub()} if {self.condition(depth - 1)} else {sub()})',
                lambda: f'({sub()})|map({self.pick(ARGUED["map"])})|{self.pick(["list", "length", "join", "sum"])}',
                lambda: 'steps.fetch.output.body.items|map(attribute="price")|list',
        ]
        return self.pick(forms)()

    def filter_of_list(self):
        name = self.pick(['sort', 'unique', 'map', 'select', 'reject', 'batch', 'slice', 'join', 'min', 'max',
            'sum'])
        return f'{name}({self.pick(ARGUED[name])})'

    def filter_of_users(self):
        name = self.pick(['sort', 'unique', 'map', 'selectattr', 'rejectattr', 'groupby', 'join', 'min', 'max',
            'sum'])
        return f'{name}({self.pick(ARGUED[name])})'

    def mapping(self, depth):
        if depth <= 0:
            return self.pick(DICTS)
        return self.pick([
            lambda: f"{{'{self.pick('abc')}': {self.any(depth - 1)}, '{self.pick('xyz')}': {self.any(depth - 1)}}}",
                
            lambda: f'({self.mapping(depth - 1)} if {self.condition(depth - 1)} else {self.mapping(depth - 1)})',
                
            lambda: f'{self.pick(OTHERS)}|default({self.mapping(depth - 1)})',
        ])()

    def condition(self, depth):
        if depth <= 0:
            return self.pick(['t', 'no', 'n > 3', 's', 'el', 'nope is defined', 'd.a == 2', 'users', 'none',
                "'a' in s", '1 < n < 9', 'zero'])
        sub = lambda: self.condition(depth - 1)
        same = self.pick([self.number, self.text, self.list])
        forms = [
            lambda: f'{self.value(same, depth - 1)} {self.pick(COMPARISONS[:6])} {self.value(same, depth - 1)}',
                lambda: f'{sub()} {self.pick(["and", "or"])} {sub()}', lambda: f'not {sub()}',
                lambda: f'({sub()})',
            lambda: f'{self.any(depth - 1)} {self.pick(COMPARISONS[6:])} {self.value(self.list, depth - 1)}',
                lambda: f'({self.any(depth - 1)}) is {self.pick(["", "not "])}{self.pick(TESTS0)}',
            lambda: f'({self.number(depth - 1)}) is {self.pick(TESTS1)}({self.number(depth - 1)})',
                lambda: f'{self.number(depth - 1)} < {self.number(depth - 1)} {self.pick(COMPARISONS[:6])} {self.number(depth - 1)}',
                
            lambda: f'{self.any(depth - 1)} {self.pick(["and", "or"])} {self.any(depth - 1)}',
                lambda: f'{self.pick(NUMBERS)} is divisibleby {self.pick(["2", "3", "0"])}',
        ]
        return self.pick(forms)()

    def broken(self):
        """Something that may not be an expression at all."""
        words = re.findall(r"'[^']*'|\w+|[^\w\s]", self.any(2))
        at = self.random.randrange(len(words))
        change = self.random.random()
        if change < 0.4:
            del words[at]
        elif change < 0.7:
            words.insert(at, self.pick(['+', '|', '(', ')', '.', ',', '1', 'not', 'and', "'", ']', '==', ':',
                '~', 'x']))
        else:
            other = self.random.randrange(len(words))
            words[at], words[other] = words[other], words[at]
        return ' '.join(words)


def uncertain(text):
    """Rule 8: grammar that is wider here, or that Jinja2 reads in a way that nobody means.

    Words of the language are no names (`1 + if`) and begin no argument of a test (`x is odd if y`); spread
    arguments, calls, several indexes and empty brackets are refused when they are read, not when they are evaluated,
    and so are arguments that do not fit.
    """
    return re.search(r"\bis (not )?\w+ (if|not|in|is)\b|\(\s*\*|,\s*\*", text) is not None


def same_tree(text):
    """Whether the text has no calls, no word as a name, no index in several parts."""
    environment = Oracle()
    tree = environment.parse('{{ ' + text + ' }}')
    for node in tree.find_all((nodes.Call, nodes.Name, nodes.Getitem, nodes.Dict, nodes.Filter, nodes.Test)):
        # Rule 11: an unknown filter or test is an error also where it is not evaluated.
        if isinstance(node, nodes.Filter) and node.name not in environment.filters:
            return False
        if isinstance(node,
            nodes.Test) and (node.name not in environment.tests or node.args and node.name in TESTS0):
            return False
        if isinstance(node, nodes.Call):
            return False
        if isinstance(node, nodes.Name) and node.name in ('if', 'else', 'and', 'or', 'not', 'in', 'is'):
            return False
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Tuple) and text.count('[') > 0:
            return False
        # Rule 9: keys of mappings are texts, as in JSON.
        if isinstance(node, nodes.Dict) and not all(isinstance(pair.key,
            nodes.Const) and isinstance(pair.key.value, str) for pair in node.items):
            return False
    return True


def has_undefined(value):
    if isinstance(value, Undefined):
        return True
    if isinstance(value, dict):
        return any(has_undefined(item) for item in value.values())
    return isinstance(value, (list, tuple)) and any(has_undefined(item) for item in value)


def answer(environment, text):
    if uncertain(text):
        raise Skip
    try:
        # as in braces, where `1, 2` is a tuple
        value = environment.from_string('{% set value_ = ' + text + ' %}').make_module(data()).value_
    except Skip:
        raise
    except RecursionError:
        raise Skip
    except Exception:
        try:
            if not same_tree(text):
                raise Skip
        except jinja2.TemplateError:
            pass
        return 0
    if not same_tree(text):
        raise Skip
    # what is not there is an error at the latest where the value is used
    return 0 if has_undefined(value) else repr(value)


TEMPLATES = [
    'Hello {{ s }}!', '{{ n }}{{ f }}', ' {{ t }} ', '{{ nil }},{{ l }},{{ d }}', 'a {{- n -}} b',
        '  {{- n }}  ', '{{ n -}}  \n x', 'x {{ n }}\n', 'x {{ n }}\n\n', 'a\r\nb {{ n }}\r\nc\r\n',
    '{# note #}x', 'a {#- note -#} b', '{{ {"a": {"b": 1}} }}', "{{ '}}' }}", "{{ '{{' }}", '{{ n }', '{{ n',
        '{{ }}', '{# x', '{{ nope }}', 'a {{ d.nope }}', '{{ n +}}', "{{ 'a' 'b' }}", '{{ 1, 2 }}',
        '{{ (1, 2) }}',
    '{{ 1 }}{{ 2 }}', '{{ 1.0 }} {{ 1e16 }} {{ 1e-5 }}', '} } {', '{ { n } }', '{{-5}}', '{{+5}}', '{{ -5 }}',
        '{{ "\\n" }}|', '{{ [1,] }} {{ (1,) }}', '{{ html|e }} {{ html|tojson }}',
        '{{ users|map(attribute="name")|join(", ") }} x',
    '{{ "%.2f"|format(f) }} EUR', '{{ q }} {{ [q] }}', '{{ u|upper }} {{ u|length }}', "{{ s[:5] ~ '!' }}\n",
        '\n{{ n }}', '{{ n }}{# c #}\n', '{{ 2**100 }}.', '{{ e }}', '{{ e }}{{ e }}', '{{ "a\r\nb" }}!',
        '{{ nil }}{{ no }}', '{{ d.a }}:{{ d["b"] }}:{{ users.0.name }}',
        '{{ trigger.data.amount > 1000 and not nope is defined }} ok', '{{ {} }}{{ [] }}', "{{ n\n+\n1 }}x",
        '{{# x #}}',
    '\u2028{{- n -}}\u3000x',
]


# Where Jinja2 as it is, with native types, gives something else: the table in docs/expressions.md has these.
DIFFERENCES = [
    '{{ nope }}', '{{ [nope] }}', '{{ n if no }}', '{{ nope|items|list }}', "{{ 'x' % nope }}", "{{ '42' }}", '{{ n }}{{ n }}',
        '{{ 3.0 }}', '{{ (1, 2) }}', '{{ 2 ** 70 }}', "{{ l|map('string') }}", '{{ s.upper() }}',
    '{{ range(3)|list }}', '{{ s.upper }}', "{{ {'items': 1}.items }}", '{{ {1: 2} }}', "{{ '<b>'|e + '<' }}",
        '{{ 10 ** 5000 > 1 }}', "{{ ('a' * 2000000)|length }}", '{{ (-8) ** 0.5 }}', '{{ (big * -1.5) ** 2 }}', '{{ l|batch(0.5)|list }}',
    '{{ (n|nothing) if no else n }}', '{{ n is odd if t else 0 }}', '{% if t %}x{% endif %}', 'x\n',
        "{{ '\u0663'|int }}",
]


def native(text):
    try:
        value = SandboxedNativeEnvironment().from_string(text).render(**data())
        return re.sub(r' at 0x\w+', '', repr(value))
    except Exception:
        return 0


class SandboxedNativeEnvironment(SandboxedEnvironment, NativeEnvironment):
    pass


def render(environment, text):
    try:
        return environment.from_string(text).render(**data())
    except Skip:
        raise
    except Exception:
        return 0


def cases(seed, count):
    """At most `count` cases: from every family as many as its part, then composites."""
    generator = Generator(seed)
    environment = Oracle()
    families = {}
    for family, text in generator.families():
        families.setdefault(family, []).append(text)
    texts = []
    share = count * 0.6 / len(families)
    for family, members in families.items():
        generator.random.shuffle(members)
        # pairs of two values are many; each filter and test has its hundred
        weight = 6 if family in ('arithmetic', 'comparison', 'format', 'subscript') else 0.85
        texts += members[: int(share * weight) + 1]
    while len(texts) < count:
        texts.append(generator.broken() if generator.random.random() < 0.06 else generator.any(generator.pick([1,
            2, 2, 3])))
    seen = set()
    for text in texts:
        if text in seen or len(text) > 220:
            continue
        seen.add(text)
        try:
            found = answer(environment, text)
        except Skip:
            continue
        # errors are found easily: half of them will do
        if len(found) <= 400 if found else generator.random.random() < 0.5:
            yield [text, found]


def main():
    warnings.simplefilter('ignore', SyntaxWarning)
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 20261129
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 12000
    environment = Oracle()
    found = list(cases(seed, count))
    templates = [[text, render(environment, text)] for text in TEMPLATES]
    head = json.dumps({'jinja2': jinja2.__version__, 'python': sys.version.split()[0], 'seed': seed})
    lines = [f'{head[:-1]},', f'"scope": {json.dumps(SCOPE)},', '"differences": [']
    lines += [',\n'.join(json.dumps([text, native(text)]) for text in DIFFERENCES), '],', '"templates": [']
    lines += [',\n'.join(json.dumps(case) for case in templates), '],', '"cases": [',
        ',\n'.join(json.dumps(case) for case in found), ']}', '']
    output = '\n'.join(lines)
    if len(sys.argv) > 1:
        sys.stdout.write(output)
        return
    with open(TARGET, 'w') as file:
        file.write(output)
    errors = sum(1 for _, value in found if value == 0)
    print(f'{len(found)} cases, {errors} of them errors; {len(output)} bytes')


main()
