// Stands in for ankerl::unordered_dense, which Debian does not ship, with boost's flat hash containers (boost >= 1.81).
#pragma once

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <iterator>
#include <type_traits>

namespace ankerl::unordered_dense
{
template<typename T, typename = void>
struct hash : boost::hash<T>
{
};

// boost::hash does not take every enum; its number does.
template<typename T>
struct hash<T, std::enable_if_t<std::is_enum_v<T>>>
{
	size_t operator()(T value) const noexcept
	{
		using Number = std::underlying_type_t<T>;
		return boost::hash<Number>{}(static_cast<Number>(value));
	}
};

// The worker erases while it walks (`it = map.erase(it)`): boost's erase(iterator) returns nothing. Stepping on before
// erasing is safe, since erasing moves no other element.
template<class Base>
struct with_walking_erase : Base
{
	using Base::Base;
	using typename Base::const_iterator;
	using typename Base::iterator;

	iterator erase(iterator it)
	{
		iterator next = std::next(it);
		Base::erase(it);
		return next;
	}

	template<class Key>
	size_t erase(const Key& key)
	{
		return Base::erase(key);
	}
};

template<class Key, class Value, class Hash = hash<Key>, class Equal = std::equal_to<Key>>
using map = with_walking_erase<boost::unordered_flat_map<Key, Value, Hash, Equal>>;

template<class Key, class Hash = hash<Key>, class Equal = std::equal_to<Key>>
using set = with_walking_erase<boost::unordered_flat_set<Key, Hash, Equal>>;
} // namespace ankerl::unordered_dense
