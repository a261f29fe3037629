def unique(items):
    return list(dict.fromkeys(items))


# --- end
print(len(unique([number * 7919 % 3000 for number in range(6000)])))
